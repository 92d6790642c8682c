/** The prerequisites of a flag, and theirs in turn. */
import type { Prerequisite } from "../../../state/flags/flag-draft.ts";

export interface Need {
  flag: string;
  needs: string;
  variants: readonly string[];
}

export interface Layers {
  /** The flag, then its prerequisites. Each flag is to the right of all flags that need it. */
  layers: string[][];
  needs: Need[];
}

/** The largest number of flags in the graph. */
const MOST = 60;

/** Arranges the flags. `of` returns the stored prerequisites of another flag. Circles cannot be saved, so cut them. */
export function layersOf(
  key: string,
  own: readonly Prerequisite[],
  of: (flag: string) => readonly Prerequisite[],
): Layers {
  const depths = new Map([[key, 0]]);
  const needs = new Map<string, Need>();
  const follow = (flag: string, prerequisites: readonly Prerequisite[], above: readonly string[]): void => {
    for (const { flag: needed, variants } of prerequisites) {
      if (needed === "" || above.includes(needed)) continue;
      if (!depths.has(needed) && depths.size >= MOST) continue;
      needs.set(`${flag} ${needed}`, { flag, needs: needed, variants });
      const depth = above.length;
      if ((depths.get(needed) ?? 0) >= depth) continue;
      depths.set(needed, depth);
      follow(needed, of(needed), [...above, needed]);
    }
  };
  follow(key, own, [key]);
  const layers: string[][] = [];
  for (const [flag, depth] of depths) (layers[depth] ??= []).push(flag);
  return { layers: layers.filter((layer) => layer !== undefined), needs: [...needs.values()] };
}
