import type { AttributePath, JsonValue } from "../../../../src/flags/document.ts";
import type { EvaluationContext } from "../../../../src/evaluation/types.ts";
import { callerAttribute } from "../../lowering/attribute.ts";
import { fieldsOf, scalarText } from "../../lowering/source.ts";

/** The fields that Unleash knows. All others are in `properties`. */
const STANDARD = ["userId", "sessionId", "remoteAddress", "environment", "appName", "currentTime"];

/** Returns the attribute that has the value of a field of Unleash's context. OpenFeature's user is `targetingKey`. */
export function attributeOf(contextName: string): AttributePath {
  return contextName === "userId" ? "targetingKey" : callerAttribute(contextName);
}

/** Returns the context that an OpenFeature user sends: properties beside the standard fields. */
export function toContext(context: unknown): EvaluationContext {
  const { properties, ...standard } = fieldsOf(context);
  const attributes: EvaluationContext = { ...(fieldsOf(properties) as Record<string, JsonValue>) };
  for (const name of STANDARD) {
    const value = standard[name] ?? attributes[name];
    if (value !== undefined && value !== null) attributes[name] = dated(value);
  }
  const { userId, ...others } = attributes;
  return userId === undefined || userId === null ? others : { ...others, targetingKey: scalarText(userId) };
}

function dated(value: unknown): JsonValue {
  return value instanceof Date ? value.toISOString() : (value as JsonValue);
}
