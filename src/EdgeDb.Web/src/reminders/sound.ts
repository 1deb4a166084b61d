let context: AudioContext | null = null;

/**
 * Lets the page make sounds: browsers refuse them until it was touched or a key was pressed, so it is tried with every touch.
 * @returns What ends that.
 */
export function unlock(): () => void {
  const resume = () => void (context ??= new AudioContext()).resume().catch(() => {});
  addEventListener('pointerdown', resume);
  addEventListener('keydown', resume);
  return () => {
    removeEventListener('pointerdown', resume);
    removeEventListener('keydown', resume);
  };
}

/** Two soft notes, a third apart; a bell that swells and dies away startles nobody. @returns Whether the browser let it be heard. */
export async function chime(): Promise<boolean> {
  context ??= new AudioContext();
  // Without a touch this waits for one, and a sound that comes late is about nothing.
  await Promise.race([context.resume().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500))]);
  if (context.state !== 'running') return false;
  const begin = context.currentTime + 0.02;
  for (const [index, frequency] of [659.25, 523.25].entries()) {
    const at = begin + index * 0.45;
    const oscillator = new OscillatorNode(context, { frequency });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.16, at + 0.04);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 1.3);
    oscillator.connect(volume).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + 1.4);
  }
  return true;
}
