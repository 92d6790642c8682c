import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { variantColour } from "../../state/flags/variant-colour.ts";

/** The variants of the flag on the page, in their order. They give each variant one colour on the whole page. */
export const VariantNames = createContext<readonly string[]>([]);

/** Returns a function from a variant's name to the number of its colour (`colour-n`, `tone-n` in styles/theme.css). */
export function useVariantColour(): (variant: string) => number {
  const names = useContext(VariantNames);
  return (variant) => variantColour(variant, names);
}
