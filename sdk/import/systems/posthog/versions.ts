import { all, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at, scalarText } from "../../lowering/source.ts";
import type { Filter } from "./filter.ts";

type Numbers = readonly [number, number, number];

/** Returns when a version is in the filter's range. PostHog ignores prereleases, so a range begins with the first. */
export function lowerVersion({ attribute, property, place, notes }: Filter, operator: string): Lowered {
  const version = numbersOf(scalarText(property["value"]), operator === "wildcard");
  const range = version === undefined ? undefined : rangeOf(operator, version);
  if (range === undefined) throw new NotImportable(at(place, "value"), "the value or operator is not known");
  notes.note(at(place, "key"), "send a version of one to three numbers, without white space");
  const compare = (op: "semver_gte" | "semver_lt", numbers: Numbers | undefined): Lowered =>
    numbers === undefined ||
    leaf(attribute, op, [`${numbers.join(".")}-0`], { read: "version-loose", missing: "unknown" });
  const inRange = all(compare("semver_gte", range[0]), compare("semver_lt", range[1]));
  return operator === "neq" ? not(inRange) : inRange;
}

function numbersOf(text: string, isWildcard: boolean): number[] | undefined {
  const base = text.trim().replace(/^v/i, "");
  const plain = isWildcard ? base.replace(/\.\*$/, "").replace(/\*$/, "") : base.split(/[-+]/)[0];
  const parts = (plain ?? "").split(".").slice(0, isWildcard ? 2 : 3);
  return parts.every((part) => /^(?:0|[1-9]\d{0,14})$/.test(part)) ? parts.map(Number) : undefined;
}

/** Returns the first version inside and the first one behind. `undefined` is without a bound. */
function rangeOf(operator: string, parts: readonly number[]): [Numbers | undefined, Numbers | undefined] | undefined {
  const [major = 0, minor = 0, patch = 0] = parts;
  const here: Numbers = [major, minor, patch];
  const next: Numbers = [major, minor, patch + 1];
  switch (operator) {
    case "eq":
    case "neq":
      return [here, next];
    case "gt":
      return [next, undefined];
    case "gte":
      return [here, undefined];
    case "lt":
      return [undefined, here];
    case "lte":
      return [undefined, next];
    case "tilde":
      return [here, [major, minor + 1, 0]];
    case "caret":
      return [here, major > 0 ? [major + 1, 0, 0] : minor > 0 ? [0, minor + 1, 0] : next];
    case "wildcard":
      return [[major, minor, 0], parts.length === 1 ? [major + 1, 0, 0] : [major, minor + 1, 0]];
    default:
      return undefined;
  }
}
