import type { describeRoute } from "hono-openapi";
import type { Access } from "../actor.ts";
import { JSON_ONLY, MAX_MANAGEMENT_BODY_BYTES } from "../json-body.ts";
import { isManifestPath } from "../manifest/error-response.ts";
import { type BodySpec, respondsWithJson, type ResponseSpec, type RouteSpec } from "../route.ts";

const PROBLEM_TEXTS: Record<number, string> = {
  400: "The request is malformed: invalid JSON, or an invalid query parameter.",
  401: "The token is missing, forged or revoked.",
  403: "The token does not allow this operation.",
  404: "The environment, or the resource in it, does not exist.",
  406: "`Accept` excludes JSON.",
  409: "The resource already exists, is in use, or was changed by another request at the same time.",
  410: "The audit does not reach back that far. `firstInstant` and `firstVersion` can be replayed.",
  412: "If-Match or If-None-Match is not met. `version` is the current version.",
  415: "The media type of the body is not supported.",
  422: "The input is invalid. `errors` lists each wrong field and what it accepts.",
  428: "The environment requires a note in `X-Change-Note`, or the request does not confirm a deletion.",
  429: "Too many writes with this token. `Retry-After` says when to try again.",
  503: "The store is unreachable, or refused the request. Nothing was changed, unless `mayHaveHappened` is true.",
};

const PROBLEM = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };
const MANIFEST_ERROR = { "application/json": { schema: { $ref: "#/components/schemas/ManifestError" } } };

const [ADMIN, SERVER] = [{ adminToken: [] }, { serverKey: [] }];
const SECURITY: Record<Access, object[]> = {
  read: [ADMIN],
  write: [ADMIN],
  explain: [ADMIN, SERVER],
  report: [SERVER],
};

/** The operation in OpenAPI's form. */
export function describeOperation(spec: RouteSpec): Parameters<typeof describeRoute>[0] {
  const { tag, id, summary, description = summary, access, body, headers = {} } = spec;
  return {
    tags: [tag],
    operationId: id,
    summary,
    description,
    security: SECURITY[access],
    parameters: Object.entries(headers).map(([name, text]) => ({
      in: "header" as const,
      name,
      description: text,
      schema: { type: "string" as const },
    })),
    ...(body ? { requestBody: describeBody(body) } : {}),
    responses: describeResponses(spec),
  } as Parameters<typeof describeRoute>[0];
}

function describeResponses(spec: RouteSpec): Record<string, object> {
  const { access, body, responses, problems = [] } = spec;
  const isManifest = isManifestPath(spec.path);
  const errors = isManifest ? MANIFEST_ERROR : PROBLEM;
  const implied = [
    400,
    401,
    403,
    404,
    ...(respondsWithJson(spec) ? [406] : []),
    ...(body ? [413, 415, ...(isManifest ? [] : [422])] : []),
    ...(access === "write" ? [429] : []),
    503,
  ];
  const described: Record<string, object> = {};
  for (const [status, response] of Object.entries(responses)) described[status] = describeResponse(response);
  for (const status of [...implied, ...problems].toSorted((a, b) => a - b)) {
    described[status] ??= {
      description: status === 413 ? tooLargeText(body?.maxBytes) : (PROBLEM_TEXTS[status] ?? ""),
      content: errors,
    };
  }
  return described;
}

function tooLargeText(maxBytes = MAX_MANAGEMENT_BODY_BYTES): string {
  return `The body is larger than ${maxBytes / 1024 ** 2} MiB.`;
}

function describeBody({ schema, mediaTypes = JSON_ONLY, example }: BodySpec<unknown>): object {
  const content = { schema: { $ref: `#/components/schemas/${schema}` }, example };
  return { required: true, content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, content])) };
}

function describeResponse({ description, schema, mediaType }: ResponseSpec): object {
  if (mediaType !== undefined) return { description, content: { [mediaType]: { schema: { type: "string" } } } };
  if (schema === undefined) return { description };
  return { description, content: { "application/json": { schema: { $ref: `#/components/schemas/${schema}` } } } };
}
