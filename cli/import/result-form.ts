import { canonicalJson } from "../../src/flags/formats/canonical-json.ts";
import { isFields } from "../../sdk/import/lowering/source.ts";
import type { JsonValue, SystemName } from "../../sdk/import/index.ts";

/** The form of a system's results. */
interface ResultForm {
  /** The fields that programs use. Reasons are not among them: they explain a result. */
  fields: readonly string[];
  /** The field that a result stands for if it is not an object with such fields. */
  plain: string | ((result: unknown) => string);
}

/** The systems whose results are objects. The results of all others are the values of flags. */
const FORMS: Partial<Record<SystemName, ResultForm>> = {
  flagd: { fields: ["value", "variant", "errorCode"], plain: "value" },
  flagsmith: { fields: ["enabled", "value"], plain: "enabled" },
  // Without `match`, which depends on the rule: a response of a deployment does not name the rule.
  flipt: {
    fields: ["enabled", "variantKey", "variantAttachment"],
    plain: (result) => (typeof result === "boolean" ? "enabled" : "variantKey"),
  },
  goff: { fields: ["value", "variationType", "errorCode", "failed"], plain: "value" },
  launchdarkly: { fields: ["value", "variationIndex"], plain: "value" },
  msfm: { fields: ["enabled", "variant"], plain: "enabled" },
  split: { fields: ["treatment", "config"], plain: "treatment" },
  unleash: { fields: ["name", "enabled", "feature_enabled", "payload"], plain: "feature_enabled" },
};

/** Two different results, reduced to the parts that were compared. */
export interface Difference {
  theirs: unknown;
  ours: unknown;
}

/**
 * Compares a result of a system with an imported flag's. Only the parts that the system's result has are compared,
 * because a recorded one may have just a value. Nothing and `null` are the same: the caller's default.
 */
export function differenceOf(system: SystemName, theirs: unknown, ours: unknown): Difference | undefined {
  const form = FORMS[system];
  const given = form === undefined ? undefined : givenFields(theirs, form);
  if (form === undefined || given === undefined) return isSame(theirs, ours) ? undefined : { theirs, ours };
  const reduced = Object.fromEntries(Object.keys(given).map((name) => [name, isFields(ours) ? ours[name] : undefined]));
  const isEqual = Object.entries(given).every(([name, value]) => isSame(value, reduced[name]));
  return isEqual ? undefined : { theirs: given, ours: reduced };
}

function givenFields(result: unknown, { fields, plain }: ResultForm): Record<string, unknown> {
  const given = isFields(result) ? fields.filter((name) => name in result) : [];
  if (!isFields(result) || given.length === 0) return { [typeof plain === "string" ? plain : plain(result)]: result };
  return Object.fromEntries(given.map((name) => [name, result[name]]));
}

function isSame(theirs: unknown, ours: unknown): boolean {
  return canonicalJson((theirs ?? null) as JsonValue) === canonicalJson((ours ?? null) as JsonValue);
}
