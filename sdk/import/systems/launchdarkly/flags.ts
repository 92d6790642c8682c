import type { Rule, Serve } from "../../../../src/flags/document.ts";
import { all } from "../../lowering/condition.ts";
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, type Fields, fieldsOf, listOf, partsOf, type Placed, textOf, textsOf } from "../../lowering/source.ts";
import type { FlagInput } from "../../types.ts";
import { keyIn } from "./attributes.ts";
import { lowerClause } from "./clauses.ts";
import { lowerPrerequisites } from "./prerequisites.ts";
import { MALFORMED_FLAG, type RolloutScope, type Served, servedBy } from "./rollouts.ts";
import type { SegmentTable } from "./segments.ts";
import { FLAG } from "./shape.ts";
import { kindOf, type LaunchDarklySource } from "./source.ts";
import { OFF, VariationTable } from "./variations.ts";
import { allInOrder } from "./verdict.ts";

/** LaunchDarkly's reason for a result. */
export interface Reason {
  kind: string;
  ruleIndex?: number;
  ruleId?: string;
  prerequisiteKey?: string;
  errorKind?: string;
  inExperiment?: true;
}

/** The reasons of one flag's results. */
export interface Reasons {
  table: VariationTable;
  /** By the id of the rule; `undefined` is the id of the default. */
  byRule: Map<string | undefined, { reason: Reason; tracked: readonly string[] }>;
  unmetPrerequisite: Reason;
}

export interface FlagScope {
  source: LaunchDarklySource;
  segments: SegmentTable;
  environment: string | undefined;
  reasons: Map<string, Reasons>;
}

/** Returns a flag of LaunchDarkly as a flag of Burgee. */
export function lowerFlag(key: string, flag: Placed, scope: FlagScope, notes: Notes): FlagInput {
  const { fields } = flag;
  checkShape(fields, FLAG, flag.place);
  const table = new VariationTable(listOf(fields["variations"]));
  const build = new RuleBuilder(table);
  const off = table.copyOf(fields["offVariation"], OFF);
  const isOn = fields["on"] === true;
  // Without a salt, SDKs take the empty text. The REST API always has one.
  const salt = textOf(fields["salt"]) ?? ("environments" in fields ? undefined : "");
  const rollouts: RolloutScope = { key, place: flag.place, salt, table, notes };
  const requirements = lowerPrerequisites(key, flag, scope.source, scope.environment);
  if (requirements.unmet !== undefined) {
    const text = `its prerequisite "${requirements.unmet}" or the variation does not exist, so it is never met`;
    if (!scope.source.flags.has(requirements.unmet) && !scope.source.hasAllFlags)
      throw new NotImportable(at(flag.place, "prerequisites"), `the source has no flag "${requirements.unmet}"`);
    notes.note(at(flag.place, "prerequisites"), text);
  }
  const isBroken =
    requirements.isCycle ||
    (!isOn && off === undefined && fields["offVariation"] !== undefined && fields["offVariation"] !== null);
  let fallthrough: Serve = MALFORMED_FLAG;
  if (!isBroken) {
    if (requirements.unmet !== undefined)
      build.add("prerequisite", { kind: "PREREQUISITE_FAILED", prerequisiteKey: requirements.unmet }, [
        { when: true, serve: { variant: off ?? null }, tracked: [] },
      ]);
    addTargets(build, fields);
    partsOf(flag, "rules").forEach((rule, i) => {
      addRule(build, rule, i, rollouts, { ...scope, notes });
    });
    fallthrough = build.addDefault(servedBy(fieldsOf(fields["fallthrough"]), rollouts));
  }
  const [only] = requirements.prerequisites;
  const isOne = requirements.prerequisites.length === 1;
  if (requirements.prerequisites.length > 1)
    notes.note(at(flag.place, "prerequisites"), "a result does not say which of its prerequisites is not met");
  scope.reasons.set(key, {
    table,
    byRule: build.reasons,
    unmetPrerequisite: { kind: "PREREQUISITE_FAILED", ...(isOne && only && { prerequisiteKey: only.flag }) },
  });
  return {
    key,
    kind: "flag",
    type: table.type(),
    ...textsFor(fields),
    ...(typeof fields["temporary"] === "boolean" && { lifetime: fields["temporary"] ? "temporary" : "permanent" }),
    clientVisible: fieldsOf(fields["clientSideAvailability"])["usingEnvironmentId"] === true,
    metadata: {},
    variants: table.variants,
    enabled: isOn || isBroken,
    offVariant: off ?? null,
    rules: isOn ? build.rules : [],
    default: fallthrough,
    prerequisites: isOn ? requirements.prerequisites : [],
  };
}

function textsFor(fields: Fields): { description?: string; tags?: string[] } {
  const description = [textOf(fields["name"]), textOf(fields["description"])].filter(Boolean).join(": ");
  const tags = textsOf(fields["tags"]);
  return { ...(description !== "" && { description }), ...(tags.length > 0 && { tags }) };
}

/** Targets of the kind `user` are in a list of their own; the list of all kinds only says when they apply. */
function addTargets(build: RuleBuilder, fields: Fields): void {
  const users = listOf(fields["targets"]).map(fieldsOf);
  const contexts = listOf(fields["contextTargets"]).map(fieldsOf);
  const targets = contexts.length === 0 ? users : contexts;
  targets.forEach((target, i) => {
    const kind = kindOf(target["contextKind"]);
    // SDKs take users from the list of users only, and there the first target of the variation.
    const source = kind === "user" ? users.find(({ variation }) => variation === target["variation"]) : target;
    const keys = textsOf((contexts.length > 0 ? source : target)?.["values"]);
    const name = build.table.nameOf(target["variation"]);
    const serve = name === undefined ? MALFORMED_FLAG : { variant: name };
    build.add(`target-${i}`, { kind: "TARGET_MATCH" }, [{ when: keyIn(kind, keys), serve, tracked: [] }]);
  });
}

function addRule(
  build: RuleBuilder,
  rule: Placed,
  index: number,
  rollouts: RolloutScope,
  { source, segments, notes }: FlagScope & { notes: Notes },
): void {
  const { fields } = rule;
  if (fields["disabled"] === true) {
    notes.note(at(rule.place, "disabled"), "the rule is disabled, so it is left out");
    return;
  }
  const id = textOf(fields["id"]) ?? textOf(fields["_id"]);
  const scope = { segmentVerdict: segments.verdictOf(notes), kinds: source.kinds, notes };
  const clauses = partsOf(rule, "clauses").map((clause) => lowerClause(clause, scope));
  const { holds, fails } = allInOrder(clauses);
  const reason = { kind: "RULE_MATCH", ruleIndex: index, ...(id !== undefined && { ruleId: id }) };
  const served = servedBy(fields, rollouts).map((one) => ({ ...one, when: all(holds, one.when) }));
  const name = id ?? `rule-${index}`;
  build.add(name, reason, served);
  build.add(`${name}.malformed`, reason, [{ when: fails, serve: MALFORMED_FLAG, tracked: [] }]);
}

/** Collects the rules of a flag, and the reason that LaunchDarkly gives for each. */
class RuleBuilder {
  readonly table: VariationTable;
  readonly reasons: Reasons["byRule"] = new Map();
  readonly #list = new RuleList();

  constructor(table: VariationTable) {
    this.table = table;
  }

  get rules(): Rule[] {
    return this.#list.rules;
  }

  add(wanted: string, reason: Reason, served: readonly Served[]): void {
    for (const { when, serve, tracked } of served) {
      const id = this.#list.add(wanted, when, serve);
      if (id !== undefined) this.reasons.set(id, { reason, tracked });
    }
  }

  addDefault(served: readonly Served[]): Serve {
    const last = served.at(-1);
    const reason = { kind: "FALLTHROUGH" };
    this.add("fallthrough", reason, served.slice(0, -1));
    this.reasons.set(undefined, { reason, tracked: last?.tracked ?? [] });
    return last?.serve ?? MALFORMED_FLAG;
  }
}
