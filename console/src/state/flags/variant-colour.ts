import { placeOfName, placesOfNames } from "../place-of-name.ts";

/** The number of colours in styles/theme.css. The last one is grey. */
const COLOURS = 8;
const GREY = COLOURS - 1;
const OFF = new Set(["off", "false", "disabled", "none"]);

/**
 * Returns the number of a variant's colour: grey for "off", otherwise one by its name, which differs from those of the
 * earlier variants. A page that does not know the other variants mostly shows the same colour.
 */
export function variantColour(variant: string, names: readonly string[]): number {
  if (OFF.has(variant.toLowerCase())) return GREY;
  const others = names.filter((name) => !OFF.has(name.toLowerCase()));
  return placesOfNames(others, GREY).get(variant) ?? placeOfName(variant, GREY);
}
