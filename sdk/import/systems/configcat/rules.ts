import type { AttributePath, Rule, Serve } from "../../../../src/flags/document.ts";
import { all, type Bucketing, hasBucket, type Lowered } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { at, type Fields, fieldsOf, isFields, listOf } from "../../lowering/source.ts";
import { attributeOf, type Roles } from "./attributes.ts";
import { holds } from "./comparators.ts";
import { lowerUser, type SegmentTable } from "./segments.ts";
import type { VariantTable } from "./values.ts";

/** Everything that the rules of one setting need. */
export interface RuleScope {
  key: string;
  setting: Fields;
  salt: string | undefined;
  roles: Roles;
  segments: SegmentTable;
  variants: VariantTable;
  notes: Notes;
  /** Returns when another setting has a value: `{ f: key, c: 0 for equals, 1 for does not equal, v: value }`. */
  prerequisite: (condition: Fields, place: string) => Lowered;
}

const TOTAL = 100;

/** Returns the rules of a setting. Its own percentage options are the last one. */
export function lowerRules(scope: RuleScope, place: string): Rule[] {
  const list = new RuleList();
  const split = (id: string, when: Lowered, options: readonly unknown[], where: string): void => {
    const { rollout, sum, bucketing } = lowerOptions(options, where, scope);
    list.add(id, when, { rollout });
    // The SDK fails for buckets behind the last option, and the caller gets its default.
    if (sum < TOTAL) list.add(`${id}.rest`, all(when, hasBucket(bucketing)), { error: "PARSE_ERROR" });
  };
  listOf(scope.setting["r"]).forEach((one, i) => {
    const rule = fieldsOf(one);
    const where = at(place, "r", i);
    const when = lowerWhen(listOf(rule["c"]), at(where, "c"), scope);
    const options = listOf(rule["p"]);
    const isSimple = isFields(rule["s"]);
    if (isSimple === options.length > 0)
      throw new NotImportable(where, "the rule needs either a value or percentage options");
    if (isSimple) list.add(`rule-${i + 1}`, when, { variant: scope.variants.variantOf(rule["s"], at(where, "s")) });
    else split(`rule-${i + 1}`, when, options, at(where, "p"));
  });
  const options = listOf(scope.setting["p"]);
  if (options.length > 0) split("percentage", true, options, at(place, "p"));
  return list.rules;
}

function lowerWhen(conditions: readonly unknown[], place: string, scope: RuleScope): Lowered {
  return all(
    ...conditions.map((one, i) => {
      const { u, p, s } = fieldsOf(one);
      const where = at(place, i);
      if ([u, p, s].filter(isFields).length !== 1) throw new NotImportable(where, "the condition is not known");
      if (isFields(p)) return scope.prerequisite(p, at(where, "p"));
      if (isFields(s)) return scope.segments.lower(s, at(where, "s"));
      const condition = fieldsOf(u);
      noteRoles(condition, at(where, "u"), scope);
      return holds(lowerUser(condition, at(where, "u"), scope.salt === undefined ? undefined : scope.salt + scope.key));
    }),
  );
}

/** Notes the form that a user's attribute must have, because `toContext` changes it. */
export function noteRoles({ a }: Fields, place: string, { roles, notes }: Pick<RuleScope, "roles" | "notes">): void {
  const name = String(a);
  const { lists, versions, others, numbers, notNumbers } = roles;
  const isList = lists.has(name);
  const isVersion = versions.has(name);
  if (numbers.has(name) && notNumbers.has(name))
    notes.note(
      at(place, "a"),
      `ConfigCat does not read a Date in "${name}" as a number; here, its seconds are compared`,
    );
  if (isList && (isVersion || others.has(name)))
    notes.approximate(
      at(place, "a"),
      `"${name}" is compared as a list, and as text or hashed; a list is not text here`,
    );
  else if (isVersion && others.has(name))
    notes.approximate(
      at(place, "a"),
      `"${name}" is compared as a version, and as text or hashed; white space around it counts here`,
    );
  else if (isList) notes.note(at(place, "a"), `send "${name}" as a list of texts, not as its JSON`);
  else if (isVersion) notes.note(at(place, "a"), `send "${name}" without white space around it`);
}

interface LoweredOptions {
  rollout: Extract<Serve, { rollout: unknown }>["rollout"];
  sum: number;
  bucketing: Bucketing;
}

function lowerOptions(options: readonly unknown[], place: string, scope: RuleScope): LoweredOptions {
  const bucketing: Bucketing = {
    by: [hashAttribute(scope.setting, place)],
    salt: scope.key,
    hash: "configcat-1",
    total: TOTAL,
  };
  if (typeof scope.setting["a"] === "string") noteRoles(scope.setting, place, scope);
  const weights: [string, number][] = [];
  let sum = 0;
  let end = 0;
  options.forEach((one, i) => {
    const { p } = fieldsOf(one);
    if (typeof p !== "number" || p < 0) throw new NotImportable(at(place, i, "p"), "the percentage is not valid");
    sum += p;
    const next = Math.min(TOTAL, Math.ceil(sum));
    weights.push([scope.variants.variantOf(one, at(place, i)), next - end]);
    end = next;
  });
  return { rollout: { ...bucketing, weights }, sum: end, bucketing };
}

function hashAttribute({ a }: Fields, place: string): AttributePath {
  return attributeOf(a ?? "Identifier", at(place, "a"));
}
