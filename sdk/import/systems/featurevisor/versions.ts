import type { AttributePath } from "../../../../src/flags/document.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";

const READ = { read: "version-extended" } as const;

const PART = "(?:\\d+|[x*])";
const IDENTIFIERS = "[\\da-z-]+(?:\\.[\\da-z-]+)*";
/** The versions that Featurevisor reads: one to four numbers, and after at least three of them a prerelease. */
const READABLE = new RegExp(
  `^[v^~<>=]*(\\d+(?:\\.${PART})?|\\d+(?:\\.${PART}){2,3}(?:-${IDENTIFIERS})?(?:\\+${IDENTIFIERS})?)$`,
  "i",
);

const NUMBER = "\\d{1,15}";
/** To Featurevisor, an `x` is any identifier, and others are the number with which they begin. */
const IDENTIFIER = "(?:0|[1-9]\\d{0,14}|[A-WYZa-wyz][\\dA-Za-z-]*|[Xx][\\dA-Za-z-]+)";
const SUFFIX = `(?:-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?(?:\\+[\\dA-Za-z-]+(?:\\.[\\dA-Za-z-]+)*)?`;
/** Those that Featurevisor and Burgee read alike. */
const COMMON = `^[Vv]?(?:${NUMBER}(?:\\.${NUMBER})?|${NUMBER}(?:\\.${NUMBER}){2,3}${SUFFIX})$`;

/** Returns a test of a version. One that Featurevisor cannot read never matches. */
export function lowerVersion(operator: string, attribute: AttributePath, value: string, place: string): Lowered {
  const version = READABLE.exec(value)?.[1];
  if (version === undefined) return false;
  if (!new RegExp(COMMON).test(version))
    throw new NotImportable(place, `"${value}" has wildcards, or a prerelease that Burgee reads differently`);
  const test = compares(operator, attribute, version);
  return test !== undefined && all(leaf(attribute, "matches", [COMMON]), test);
}

function compares(operator: string, attribute: AttributePath, version: string): Lowered | undefined {
  const equal = leaf(attribute, "semver_eq", equalsOf(version), READ);
  const below = all(leaf(attribute, "semver_lt", [version], READ), not(equal));
  const above = all(leaf(attribute, "semver_gt", [version], READ), not(equal));
  switch (operator) {
    case "semverEquals":
      return equal;
    case "semverNotEquals":
      return not(equal);
    case "semverLessThan":
      return below;
    case "semverLessThanOrEquals":
      return any(below, equal);
    case "semverGreaterThan":
      return above;
    case "semverGreaterThanOrEquals":
      return any(above, equal);
    default:
      return undefined;
  }
}

/** To Featurevisor, `rc` and `rc.0` are the same prerelease, because a missing identifier counts as 0. */
function equalsOf(version: string): string[] {
  const [release = "", ...rest] = (version.split("+")[0] ?? "").split("-");
  if (rest.length === 0) return [release];
  const prerelease = rest.join("-").replace(/(?:\.0)+$/, "");
  return ["", ".0", ".0.0"].map((zeros) => `${release}-${prerelease}${zeros}`);
}
