import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** The number of colours in styles/theme.css. The last one is grey. */
const COLOURS = 8;
const GREY = COLOURS - 1;
const OFF = new Set(["off", "false", "disabled", "none"]);

/** The variants of the flag on the page, in their order. They give each variant one colour on the whole page. */
export const VariantNames = createContext<readonly string[]>([]);

/** Returns a function from a variant's name to the number of its colour (`colour-n`, `tone-n` in styles/theme.css). */
export function useVariantColour(): (variant: string) => number {
  const names = useContext(VariantNames);
  return (variant) => variantColour(variant, names);
}

/** Returns the number of a variant's colour: grey for "off", and one by the place among the other variants. */
export function variantColour(variant: string, names: readonly string[]): number {
  if (OFF.has(variant.toLowerCase())) return GREY;
  const place = names.filter((name) => !OFF.has(name.toLowerCase())).indexOf(variant);
  return place === -1 ? placeByName(variant) : place % GREY;
}

/** A variant that the page does not know has a colour by its name. */
function placeByName(variant: string): number {
  return [...variant].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521, 0) % GREY;
}
