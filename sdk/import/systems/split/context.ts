import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { fieldsOf, isFields } from "../../lowering/source.ts";

/** The attribute with the key that is hashed, if it is another than the key that rules compare. */
export const BUCKETING_KEY = "split.bucketingKey";

/** Returns the context for `{ key, attributes }`, where a key is text or `{ matchingKey, bucketingKey }`. */
export function toContext(input: unknown): EvaluationContext {
  const { key, attributes } = fieldsOf(input);
  const context: EvaluationContext = {};
  for (const [name, value] of Object.entries(fieldsOf(attributes)))
    context[name] = value instanceof Date ? value.getTime() : (value as JsonValue);
  const pair = isFields(key) ? key : { matchingKey: key, bucketingKey: undefined };
  const matching = keyText(pair["matchingKey"]);
  const bucketing = isFields(key) ? keyText(pair["bucketingKey"]) : undefined;
  delete context.targetingKey;
  if (matching !== undefined && (bucketing !== undefined || !isFields(key))) context.targetingKey = matching;
  if (bucketing !== undefined && bucketing !== matching) context[BUCKETING_KEY] = bucketing;
  return context;
}

/** Split's SDKs trim keys, and refuse those that are empty or longer than 250 characters. */
function keyText(key: unknown): string | undefined {
  const text = typeof key === "number" && Number.isFinite(key) ? String(key) : key;
  if (typeof text !== "string") return undefined;
  const trimmed = text.trim();
  return trimmed !== "" && trimmed.length <= 250 ? trimmed : undefined;
}
