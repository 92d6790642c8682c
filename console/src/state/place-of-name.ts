/** Returns one of so many places, always the same one for a name. */
export function placeOfName(name: string, places: number): number {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) % 65_521;
  return sum % places;
}

/** Returns the place of each name: that of the name alone, or the next free one if an earlier name has it. */
export function placesOfNames(names: readonly string[], places: number): Map<string, number> {
  const taken = new Map<string, number>();
  for (const name of new Set(names)) {
    const own = placeOfName(name, places);
    const used = new Set(taken.values());
    const steps = Array.from({ length: places }, (_, step) => (own + step) % places);
    taken.set(name, steps.find((place) => !used.has(place)) ?? own);
  }
  return taken;
}
