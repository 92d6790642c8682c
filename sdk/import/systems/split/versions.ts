import type { AttributePath, Operator } from "../../../../src/flags/document.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { type Fields, fieldsOf, textOf, textsOf } from "../../lowering/source.ts";

const READ = { read: "version-strict" } as const;

/** Returns a test of a version. One that Split cannot parse never matches. */
export function lowerVersion(type: string, attribute: AttributePath, matcher: Fields): Lowered {
  const version = matcher["stringMatcherData"];
  const { start, end } = fieldsOf(matcher["betweenStringMatcherData"]);
  switch (type) {
    case "EQUAL_TO_SEMVER":
      return equals(attribute, version);
    case "GREATER_THAN_OR_EQUAL_TO_SEMVER":
      return compares(attribute, "semver_gte", version);
    case "LESS_THAN_OR_EQUAL_TO_SEMVER":
      return compares(attribute, "semver_lte", version);
    case "BETWEEN_SEMVER":
      return all(compares(attribute, "semver_gte", start), compares(attribute, "semver_lte", end));
    default: {
      const list = textsOf(fieldsOf(matcher["whitelistMatcherData"])["whitelist"]);
      // One bad version in a list spoils the whole matcher.
      return list.every(isVersion) && any(...list.map((one) => equals(attribute, one)));
    }
  }
}

function isVersion(version: unknown): version is string {
  return typeof version === "string" && valueProblem("semver_eq", version, "version-strict") === undefined;
}

function compares(attribute: AttributePath, operator: Operator, version: unknown): Lowered {
  return isVersion(version) && leaf(attribute, operator, [version], READ);
}

/** Unlike an order, equality includes the metadata of a build. */
function equals(attribute: AttributePath, version: unknown): Lowered {
  const metadata = textOf(version)?.split("+")[1];
  return all(
    compares(attribute, "semver_eq", version),
    metadata === undefined ? not(leaf(attribute, "contains", ["+"])) : leaf(attribute, "ends_with", [`+${metadata}`]),
  );
}
