/**
 * The responses that OFREP 0.3.0 allows, as JSON Schema. It follows service/openapi.yaml of open-feature/protocol at
 * 9183895d888b55ddfece43412e023ef62e0655b3 (Apache-2.0), but is written anew without that file's mistakes:
 * - A value must match exactly one of several schemas, and one of these matches everything, so most values match two.
 * - DEFAULT is missing from the reasons, and lists are missing from the values.
 * - FLAG_NOT_FOUND and TYPE_MISMATCH are missing from the codes of items in a bulk response.
 * - `Retry-After` of a single evaluation is only a date, which most clients cannot read.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";

const key = { type: "string", minLength: 1 };
const metadata = { type: "object", additionalProperties: { type: ["boolean", "string", "number"] } };
const errorDetails = { type: "string" };

const success = {
  type: "object",
  required: ["key", "reason"],
  properties: {
    key,
    reason: { enum: ["STATIC", "TARGETING_MATCH", "SPLIT", "DEFAULT", "DISABLED", "UNKNOWN"] },
    variant: { type: "string" },
    // Absent if the caller's default applies, and never null.
    value: { type: ["boolean", "string", "number", "object", "array"] },
    metadata,
  },
  not: { required: ["errorCode"] },
};

const failureWith = (errorCodes: string[]) => ({
  type: "object",
  required: ["key", "errorCode"],
  properties: { key, errorCode: { enum: errorCodes }, errorDetails, metadata },
  not: { anyOf: [{ required: ["value"] }, { required: ["reason"] }] },
});
const REQUEST_CODES = ["PARSE_ERROR", "TARGETING_KEY_MISSING", "INVALID_CONTEXT", "GENERAL"];
const failure = failureWith([...REQUEST_CODES, "TYPE_MISMATCH"]);
const notFound = failureWith(["FLAG_NOT_FOUND"]);
const itemFailure = failureWith([...REQUEST_CODES, "TYPE_MISMATCH", "FLAG_NOT_FOUND"]);

const eventStream = {
  type: "object",
  required: ["type"],
  properties: {
    type: { type: "string" },
    url: { type: "string", pattern: "^https?://" },
    endpoint: {
      type: "object",
      required: ["requestUri"],
      properties: { origin: { type: "string", pattern: "^https?://" }, requestUri: { type: "string", pattern: "^/" } },
    },
    inactivityDelaySec: { type: "integer", minimum: 1 },
  },
  oneOf: [{ required: ["url"] }, { required: ["endpoint"] }],
};

const bulk = {
  type: "object",
  required: ["flags"],
  properties: {
    flags: { type: "array", items: { oneOf: [success, itemFailure] } },
    metadata,
    eventStreams: { type: "array", items: eventStream },
  },
};

const bulkFailure = {
  type: "object",
  required: ["errorCode"],
  properties: { errorCode: { type: "string" }, errorDetails },
  not: { required: ["flags"] },
};

/** The body of each status. For a status without a body in the protocol, the general failure applies. */
const SINGLE: Record<number, object> = { 200: success, 404: notFound };
const BULK: Record<number, object> = { 200: bulk };

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });
const compiled = new Map<object, ValidateFunction>();

/** Returns the differences between a response and the protocol. */
export function ofrepMistakes(route: "single" | "bulk", status: number, body: unknown): string[] {
  if (status === 304) return body === undefined ? [] : ["304 has no body"];
  const schema = route === "single" ? (SINGLE[status] ?? failure) : (BULK[status] ?? bulkFailure);
  const validate = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, validate);
  return validate(body) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}
