import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { placeOfName } from "../../state/place-of-name.ts";

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

/**
 * Returns the number of a variant's colour: grey for "off", and one by the place among the other variants; by
 * the name if the page does not know the variant.
 */
export function variantColour(variant: string, names: readonly string[]): number {
  if (OFF.has(variant.toLowerCase())) return GREY;
  const place = names.filter((name) => !OFF.has(name.toLowerCase())).indexOf(variant);
  return place === -1 ? placeOfName(variant, GREY) : place % GREY;
}
