import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { type Fields, fieldsOf } from "../../lowering/source.ts";

/**
 * Returns the context that an OpenFeature user sends. The attributes of the kind `user` are at the top, with its key as
 * `targetingKey`. Each other kind is an object with `key`, and `kind` lists all kinds if there are others than `user`.
 */
export function toContext(context: unknown): EvaluationContext {
  const contexts = kindsOf(fieldsOf(context));
  const attributes: EvaluationContext = {};
  for (const [kind, { key, ...others }] of contexts) {
    if (kind === "user") Object.assign(attributes, others, { targetingKey: key });
  }
  for (const [kind, fields] of contexts) if (kind !== "user") attributes[kind] = fields as JsonValue;
  const kinds = contexts.map(([kind]) => kind);
  return kinds.some((kind) => kind !== "user") ? { ...attributes, kind: kinds } : attributes;
}

function kindsOf(context: Fields): [string, Fields][] {
  const { kind, custom, ...fields } = context;
  // A user of old SDKs has no kind, and has its own attributes apart.
  if (kind === undefined) return [["user", withoutMeta({ ...fieldsOf(custom), ...fields })]];
  if (typeof kind !== "string") return [];
  if (kind !== "multi") return [[kind, withoutMeta(custom === undefined ? fields : { ...fields, custom })]];
  return Object.entries(fields).map(([name, inner]) => [name, withoutMeta(fieldsOf(inner))]);
}

function withoutMeta(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => name !== "_meta" && name !== "kind"));
}
