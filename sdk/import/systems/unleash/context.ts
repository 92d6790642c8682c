import type { AttributePath, JsonValue } from "../../../../src/flags/document.ts";
import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { fieldsOf, scalarText } from "../../lowering/source.ts";

/** Returns the attribute that has the value of a field of Unleash's context. OpenFeature's user is `targetingKey`. */
export function attributeOf(contextName: string): AttributePath {
  return contextName === "userId" ? "targetingKey" : callerAttribute(contextName);
}

/** Returns the context that an OpenFeature user sends: properties beside the standard fields, which come first. */
export function toContext(context: unknown): EvaluationContext {
  const { properties, ...fields } = fieldsOf(context);
  const attributes: EvaluationContext = {};
  for (const part of [fieldsOf(properties), fields])
    for (const [name, value] of Object.entries(part))
      if (value !== undefined && value !== null) attributes[name] = dated(value);
  const { userId, ...others } = attributes;
  return userId === undefined || userId === null ? others : { ...others, targetingKey: scalarText(userId) };
}

function dated(value: unknown): JsonValue {
  return value instanceof Date ? value.toISOString() : (value as JsonValue);
}
