/** Returns one of so many places, always the same one for a name. */
export function placeOfName(name: string, places: number): number {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) % 65_521;
  return sum % places;
}
