/** Every zone that this browser knows, by region; `Intl` leaves out UTC, which a household may have. */
export function zonesWith(current: string): { region: string; zones: string[] }[] {
  const all = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', current]);
  const regions: { region: string; zones: string[] }[] = [];
  for (const zone of [...all].filter(Boolean).sort()) {
    const region = zone.includes('/') ? zone.slice(0, zone.indexOf('/')) : '';
    const last = regions.find((candidate) => candidate.region === region);
    if (last) last.zones.push(zone);
    else regions.push({ region, zones: [zone] });
  }
  return regions;
}

/** `Los Angeles` of `America/Los_Angeles`. */
export function cityOf(zone: string): string {
  return zone.slice(zone.indexOf('/') + 1).replaceAll('_', ' ').replaceAll('/', ', ');
}

/** Where this browser is, or UTC where it does not say. */
export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}
