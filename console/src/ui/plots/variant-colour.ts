import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { placeOfName, placesOfNames } from "../../state/place-of-name.ts";

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
 * Returns the number of a variant's colour: grey for "off", otherwise one by its name, which differs from those of the
 * earlier variants. A page that does not know the other variants mostly shows the same colour.
 */
export function variantColour(variant: string, names: readonly string[]): number {
  if (OFF.has(variant.toLowerCase())) return GREY;
  const others = names.filter((name) => !OFF.has(name.toLowerCase()));
  return placesOfNames(others, GREY).get(variant) ?? placeOfName(variant, GREY);
}
