/** The results of evaluations in sentences. */
import type { Explanation, Flag } from "../../../../sdk/client/contract.ts";
import { nameText, variantText } from "../../../../sdk/words/names.ts";
import { percentText } from "../../../../sdk/words/share.ts";
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";

/** The result of one evaluation, as the API returns it. */
export interface Resolved {
  reason: string | null;
  variant?: string | null | undefined;
  ruleId?: string | null | undefined;
  errorCode?: string | undefined;
}

/** Returns the reason of a result in a word or two, for a table: `rule nl`, `share of rule nl`, `off`. */
export function reasonWord({ reason, ruleId, errorCode }: Resolved): string {
  if (reason === null) return "by chance";
  if (reason === "ERROR") return errorCode ?? "error";
  if (reason === "DISABLED") return "off";
  if (reason === "STATIC") return "everyone";
  const rule = typeof ruleId === "string" ? `rule ${ruleId}` : "default";
  if (reason === "SPLIT") return `share of ${rule}`;
  return rule;
}

/** Returns the name of a result: its variant, `code default`, or `error`. */
export function resultName({ reason, variant }: Resolved): string {
  if (reason === "ERROR") return "error";
  if (reason === null) return "not known";
  return variant ?? "code default";
}

/** Returns one sentence that says what the subject gets, and why. */
export function resultSentence(explanation: Explanation): string {
  const { prerequisites, rules, resolution } = explanation;
  const { reason, variant, ruleId, errorCode, errorDetails } = resolution as unknown as Resolved & {
    errorDetails?: string;
  };
  if (reason === "ERROR") return `The evaluation fails with ${errorCode ?? "an error"}: ${errorDetails ?? ""}.`;
  const gets = `This user gets ${variantText(variant ?? null)}`;
  const unmet = prerequisites.find(({ isMet }) => !isMet);
  const rule = typeof ruleId === "string" ? `rule ${nameText(ruleId)}` : undefined;
  if (reason === "DISABLED") {
    if (unmet === undefined) return `${gets}, because the flag is off.`;
    return `${gets}, because the prerequisite ${nameText(unmet.flag)} is not met.`;
  }
  if (rule !== undefined) return `${gets}, because ${rule} applies.`;
  if (reason === "STATIC") return `${gets}, as everyone does.`;
  return `${gets} from the default, because no ${rules.length === 0 ? "rule exists" : "rule applies"}.`;
}

/** Returns a place in the buckets of a rollout, as a part of a sentence. */
export function bucketText(bucket: number | null, total = WEIGHT_TOTAL): string {
  if (bucket === null) return "no bucket, because the context has none of the bucketing attributes";
  return `bucket ${bucket.toLocaleString("en")} of ${total.toLocaleString("en")} (${percentText(bucket, total)})`;
}

export interface BucketTrace {
  bucket?: number | null | undefined;
  total?: number | undefined;
  exposure?: number | undefined;
  draw?: number | undefined;
}

/** Returns the user's place in a split, as sentences; `undefined` if nothing is split. */
export function bucketSentence({ bucket, total = WEIGHT_TOTAL, exposure, draw }: BucketTrace): string | undefined {
  if (draw !== undefined) {
    return `This evaluation drew ${draw.toLocaleString("en")} of ${total.toLocaleString("en")}.`;
  }
  if (bucket === undefined) return undefined;
  const ramp = exposure === undefined ? "" : ` The ramp was at ${percentText(exposure)} of each share.`;
  return `This user has ${bucketText(bucket, total)}.${ramp}`;
}

/** Returns the flag's prerequisite and what it serves, as a sentence. */
export function prerequisiteSentence(
  { served, isMet }: Explanation["prerequisites"][number],
  offVariant: Flag["offVariant"],
): string {
  const serves = `It serves ${variantText(served)}`;
  return isMet ? `${serves}.` : `${serves}, so this flag serves its off variant, ${variantText(offVariant ?? null)}.`;
}
