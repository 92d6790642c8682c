import type { Resolution } from "../../../../src/evaluation/types.ts";
import { resolvedValue } from "../../lowering/resolved-value.ts";
import { all, any, closed, leaf, not } from "../../lowering/condition.ts";
import { draftOf, NotImportable } from "../../lowering/draft.ts";
import { checkShape } from "../../lowering/shape.ts";
import { at, fieldsOf, isFields, listOf, type Placed, textOf, textsOf } from "../../lowering/source.ts";
import type { DraftProject, ImportedSegment } from "../../types.ts";
import { toContext } from "./context.ts";
import { lowerSplit } from "./flags.ts";
import {
  inRuleSegment,
  inSegment,
  keysCondition,
  lowerMatchers,
  type LookupScope,
  type MatcherScope,
  UnknownMatcher,
} from "./matchers.ts";
import { RULE_SEGMENT } from "./shape.ts";
import { readSource } from "./source.ts";
import { CONTROL, Treatments } from "./treatments.ts";

/** Imports the definitions of Split (Harness FME): the responses of `/splitChanges` and `/segmentChanges`. */
export function importSplit(input: unknown): DraftProject {
  const source = readSource(input);
  const tables = new Map([...source.splits].map(([name, { fields }]) => [name, new Treatments(fields)]));
  const scope: LookupScope = { source, treatmentsOf: (name) => tables.get(name) };
  const flags = [...source.splits].map(([key, placed]) =>
    draftOf({ kind: "flag", key, place: placed.place }, (notes) => lowerSplit(key, placed, scope, notes)),
  );
  const keySegments = [...source.segments].map(([name, { key, keys, place }]) =>
    draftOf<ImportedSegment>({ kind: "segment", key, place }, () => {
      checkShape(keys, { list: "text" }, place);
      return { key, name, description: "", condition: closed(keysCondition(textsOf(keys))) };
    }),
  );
  const ruleSegments = [...(source.ruleSegments ?? [])].map(([name, placed]) =>
    draftOf<ImportedSegment>({ kind: "segment", key: placed.key, place: placed.place }, (notes) => ({
      key: placed.key,
      name,
      description: "",
      condition: closed(ruleCondition(placed, { ...scope, notes })),
    })),
  );
  return { flags, segments: [...keySegments, ...ruleSegments], refused: source.refused, toContext, fromResolution };
}

function ruleCondition({ fields, place }: Placed, scope: MatcherScope) {
  checkShape(fields, RULE_SEGMENT, place);
  const excluded = fieldsOf(fields["excluded"]);
  const segments = listOf(excluded["segments"]).map((one, i) => {
    const { type, name } = fieldsOf(one);
    const where = at(place, "excluded", "segments", i);
    if (type === "rule-based") return inRuleSegment(textOf(name), where, scope);
    if (type === "standard") return inSegment(textOf(name), undefined, where, scope);
    throw new NotImportable(where, `a segment of the type ${JSON.stringify(type)} is not in the definitions`);
  });
  const keys = textsOf(excluded["keys"]);
  const conditions = listOf(fields["conditions"]).map((one, i) => {
    const where = at(place, "conditions", i, "matcherGroup");
    try {
      return lowerMatchers(fieldsOf(one)["matcherGroup"], where, scope);
    } catch (error) {
      if (error instanceof UnknownMatcher) throw new NotImportable(where, `unknown matcher ${error.message}`);
      throw error;
    }
  });
  return all(not(any(leaf("targetingKey", "in", keys), ...segments)), any(...conditions));
}

/** Returns the result of `getTreatmentWithConfig`. */
function fromResolution(resolution: Resolution): unknown {
  const value = resolvedValue(resolution);
  if (isFields(value)) return value;
  return { treatment: value ?? CONTROL, config: null };
}
