/** Four to eight digits that are neither all the same nor in a row, as the service asks for. */
export function isPin(pin: string): boolean {
  if (!/^\d{4,8}$/.test(pin)) return false;
  const steps = new Set([...pin].slice(1).map((digit, i) => Number(digit) - Number(pin[i])));
  return steps.size > 1 || ![0, 1, -1].includes([...steps][0]!);
}
