import type { AttributePath, Operator } from "../../../../src/flags/document.ts";
import { valueProblem } from "../../../../src/flags/operator-values.ts";
import { all, any, leaf, type Lowered, not } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { at } from "../../lowering/source.ts";
import { sure } from "./compare.ts";
import { isKnown, operandOf, pathOf, type Scope, type Test } from "./scope.ts";

/** One, two or three numbers; only three can have a prerelease. */
const FORM = String.raw`^[vV]?(\d+(\.\d+)?|\d+\.\d+\.\d+([-+].*)?)$`;

const ORDERS: Record<string, Operator> = {
  "=": "semver_eq",
  "!=": "semver_eq",
  "<": "semver_lt",
  "<=": "semver_lte",
  ">": "semver_gt",
  ">=": "semver_gte",
};

/** Returns `sem_ver`, which is `null` if one of the versions is not valid. */
export function comparesVersions(list: readonly unknown[], place: string, scope: Scope): Test {
  const never: Test = { holds: false, fails: false, nulls: true };
  if (list.length !== 3) return never;
  const subject = operandOf(list[0], at(place, 0), scope);
  const wanted = operandOf(list[2], at(place, 2), scope);
  if ("literal" in subject || "attribute" in wanted)
    throw new NotImportable(place, '"sem_ver" must compare an attribute with a version');
  const version = String(wanted.literal).replace(/^[vV]/, "");
  const operator = String(list[1]);
  const isOperator = Object.hasOwn(ORDERS, operator) || operator === "^" || operator === "~";
  if (
    !isOperator ||
    !new RegExp(FORM).test(version) ||
    valueProblem("semver_eq", version, "version-loose") !== undefined
  )
    return never;
  const attribute = pathOf(subject.attribute);
  if (isKnown("version", subject.attribute, scope)) return sure(ordered(attribute, operator, version));
  const valid = all(
    leaf(attribute, "matches", [FORM], { read: "text" }),
    any(versionIs(attribute, "semver_lt", version), versionIs(attribute, "semver_gte", version)),
  );
  const holds = all(valid, ordered(attribute, operator, version));
  return { holds, fails: false, nulls: not(valid) };
}

function ordered(attribute: AttributePath, operator: string, version: string): Lowered {
  const [major = 0, minor = 0] = version.split(/[.+-]/).map(Number);
  if (operator === "^") return within(attribute, `${major}.0.0-0`, `${major + 1}.0.0-0`);
  if (operator === "~") return within(attribute, `${major}.${minor}.0-0`, `${major}.${minor + 1}.0-0`);
  const holds = versionIs(attribute, ORDERS[operator] ?? "semver_eq", version);
  return operator === "!=" ? not(holds) : holds;
}

function within(attribute: AttributePath, from: string, until: string): Lowered {
  return all(versionIs(attribute, "semver_gte", from), versionIs(attribute, "semver_lt", until));
}

function versionIs(attribute: AttributePath, operator: Operator, version: string): Lowered {
  return leaf(attribute, operator, [version], { read: "version-loose" });
}
