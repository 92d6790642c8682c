/** The plan that undoes a change of many flags. */
import type { Flag } from "../../../../sdk/client/contract.ts";
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";

export interface Planned {
  flag: Flag;
  /** The flag after the change. `undefined` if it is archived. */
  wanted: Flag | undefined;
  /** Whether the flag comes back from the archive. */
  isRestored?: boolean;
  /** The change in words, without the key: `on → off`. */
  text: string;
}

/** The fields that a change of many flags can set. */
const SET = ["enabled", "tags", "owner"] as const;

/**
 * Returns the plan that undoes written changes, from the flags as they are `now`, and the keys of those whose
 * field has changed again.
 */
export function undoPlanOf(
  written: readonly Planned[],
  now: readonly Flag[],
): { plan: Planned[]; left: readonly string[] } {
  const current = new Map(now.map(({ state: _state, ...flag }: Flag & { state?: unknown }) => [flag.key, flag]));
  const left: string[] = [];
  const plan = written.flatMap(({ flag: before, wanted: after, isRestored }): Planned[] => {
    if (after === undefined) return [{ flag: before, wanted: before, isRestored: true, text: "back from the archive" }];
    if (isRestored === true) return [{ flag: before, wanted: undefined, text: "archived in every environment" }];
    const flag = current.get(before.key);
    const fields = SET.filter((name) => exactJson(before[name] ?? null) !== exactJson(after[name] ?? null));
    if (flag === undefined || fields.some((name) => exactJson(flag[name] ?? null) !== exactJson(after[name] ?? null))) {
      left.push(before.key);
      return [];
    }
    const empty = { owner: "", tags: [] };
    const former = Object.fromEntries(fields.map((name) => [name, before[name] ?? empty[name as "owner" | "tags"]]));
    return [{ flag, wanted: { ...flag, ...former }, text: backText(flag, { ...flag, ...former }) }];
  });
  return { plan, left };
}

/** Returns the difference of two flags in the fields that can be set, in words. */
function backText(flag: Flag, former: Flag): string {
  const texts = [flag, former].map(({ enabled, tags = [], owner }) => ({
    enabled: enabled ? "on" : "off",
    tags: `tags ${tags.join(", ") || "none"}`,
    owner: `owner ${owner || "nobody"}`,
  }));
  const [now, then] = texts;
  return SET.flatMap((name) => (now?.[name] === then?.[name] ? [] : `${now?.[name]} → ${then?.[name]}`)).join(", ");
}
