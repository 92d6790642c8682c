/** How a route is made: what it takes and answers is told once, for the check of a request and for /openapi.json alike. */
import type { Hono, MiddlewareHandler } from "hono";
import { describeRoute, validator } from "hono-openapi";
import type { GenericSchema, InferOutput } from "valibot";
import { ENVIRONMENT_PATTERN } from "../../flags/limits.ts";
import { HttpError, methodNotAllowed } from "../errors.ts";
import { acceptsJson } from "./accept.ts";
import type { Access } from "./actor.ts";
import type { ManagementContext, ManagementEnv } from "./context.ts";
import { MAX_MANAGEMENT_BODY_BYTES, readJsonBody } from "./json-body.ts";
import { fieldErrorsOf } from "./shape.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** A body and how it is read. `schema` names a component of /openapi.json. */
export interface BodySpec<B> {
  schema: string;
  mediaTypes?: readonly string[];
  /** Left out: MAX_MANAGEMENT_BODY_BYTES. */
  maxBytes?: number;
  example: unknown;
  /** @throws InvalidInputError */
  parse(value: unknown, c: ManagementContext): B;
}

export interface AnswerSpec {
  description: string;
  /** Name of a component; absent: no body. */
  schema?: string;
  /** Of a body that is not JSON. */
  mediaType?: string;
  example?: unknown;
}

export interface Operation<Q extends GenericSchema | undefined, B> {
  tag: string;
  /** operationId: the name of the method in generated clients. */
  id: string;
  summary: string;
  description?: string;
  access: Access;
  query?: Q;
  body?: BodySpec<B>;
  /** Header parameters that the operation reads. */
  headers?: Record<string, string>;
  answers: Record<number, AnswerSpec>;
  /** Statuses of problem+json besides 400, 401, 403, 404, 406 and 503. */
  problems?: readonly number[];
}

export interface Input<Q extends GenericSchema | undefined, B> {
  query: Q extends GenericSchema ? InferOutput<Q> : undefined;
  body: B;
}

export type Handler<Q extends GenericSchema | undefined, B> = (
  c: ManagementContext,
  input: Input<Q, B>,
) => Response | Promise<Response>;

/** Makes the access check of one operation. */
export type AccessGate = (access: Access) => MiddlewareHandler<ManagementEnv>;

const JSON_ONLY = ["application/json"] as const;
const PROBLEM_TEXTS: Record<number, string> = {
  400: "The request cannot be read: broken JSON, or a query parameter that is not accepted.",
  401: "No token, a forged or a revoked one.",
  403: "The token may not do this.",
  404: "There is no such environment or thing in it.",
  406: "`Accept` excludes JSON.",
  409: "It exists already, is in use, or was changed at the same moment.",
  412: "If-Match or If-None-Match is not met; `version` is the current one.",
  415: "The body is of another media type.",
  422: "The input is not valid; `errors` names each field and what is accepted.",
  429: "Too many writes with this token; `Retry-After` says when to go on.",
  503: "The store cannot be reached; nothing was changed.",
};

/** Routes with their checks, and 405 for the other methods of their paths. */
export class Routes {
  readonly #app: Hono<ManagementEnv>;
  readonly #gate: AccessGate;
  readonly #methods = new Map<string, Set<string>>();

  constructor(app: Hono<ManagementEnv>, gate: AccessGate) {
    this.#app = app;
    this.#gate = gate;
  }

  add<Q extends GenericSchema | undefined = undefined, B = undefined>(
    method: Method,
    path: string,
    operation: Operation<Q, B>,
    handle: Handler<Q, B>,
  ): void {
    const { query, body } = operation;
    const methods = this.#methods.get(path) ?? new Set();
    this.#methods.set(path, methods.add(method.toUpperCase()));
    const middleware: MiddlewareHandler<ManagementEnv>[] = [
      describeRoute(describe(operation)) as MiddlewareHandler<ManagementEnv>,
      this.#gate(operation.access),
      requireEnvironmentKey,
    ];
    // Before anything is written: an answer that cannot be read would leave the caller in the dark.
    if (isJson(operation.answers)) middleware.push(requireJsonAccepted);
    if (query !== undefined) middleware.push(queryValidator(query));
    this.#app.on(method.toUpperCase(), [path], ...middleware, async (c) => {
      const parsed = body?.parse(await readJsonBody(c.req.raw, body.mediaTypes ?? JSON_ONLY, body.maxBytes), c);
      const input = { query: query && c.req.valid("query" as never), body: parsed } as Input<Q, B>;
      return handle(c, input);
    });
  }

  /** After the last `add`: answers the methods that a path does not have. */
  close(): void {
    for (const [path, methods] of this.#methods) {
      const allow = [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].toSorted().join(", ");
      this.#app.all(path, (c) => {
        if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
        throw methodNotAllowed(c.req.method, allow);
      });
    }
  }
}

/** A key that cannot be an environment's is not looked up. */
const requireEnvironmentKey: MiddlewareHandler<ManagementEnv> = async (c, next) => {
  const environment = c.req.param("env");
  if (environment !== undefined && !ENVIRONMENT_PATTERN.test(environment)) throw unknownEnvironment();
  await next();
};

const requireJsonAccepted: MiddlewareHandler<ManagementEnv> = async (c, next) => {
  if (!acceptsJson(c.req.header("accept"))) throw new HttpError(406, "the answer is application/json");
  await next();
};

function isJson(answers: Record<number, AnswerSpec>): boolean {
  return Object.values(answers).every(({ mediaType }) => mediaType === undefined);
}

export function unknownEnvironment(): HttpError {
  return new HttpError(404, "there is no such environment");
}

function queryValidator(schema: GenericSchema): MiddlewareHandler<ManagementEnv> {
  return validator("query", schema, (result) => {
    if (result.success) return;
    const errors = fieldErrorsOf(result.error);
    const names = errors.map(({ pointer }) => pointer.slice(1)).join(", ");
    throw new HttpError(400, `the query is not valid: ${names}`, { errors });
  }) as MiddlewareHandler<ManagementEnv>;
}

function describe<B>(operation: Omit<Operation<undefined, B>, "query">): Parameters<typeof describeRoute>[0] {
  const { tag, id, summary, description, body, headers = {}, answers, problems = [] } = operation;
  const implied = [
    400,
    401,
    403,
    404,
    ...(isJson(answers) ? [406] : []),
    ...(body ? [413, 415, 422] : []),
    ...(operation.access === "write" ? [429] : []),
    503,
  ];
  const responses: Record<string, object> = {};
  for (const [status, answer] of Object.entries(answers)) responses[status] = describeAnswer(answer);
  for (const status of [...implied, ...problems].toSorted((a, b) => a - b)) {
    responses[status] ??= {
      description: status === 413 ? tooLargeText(body?.maxBytes) : (PROBLEM_TEXTS[status] ?? ""),
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    };
  }
  return {
    tags: [tag],
    operationId: id,
    summary,
    description: description ?? summary,
    security: operation.access === "explain" ? [{ adminToken: [] }, { serverKey: [] }] : [{ adminToken: [] }],
    parameters: Object.entries(headers).map(([name, text]) => ({
      in: "header" as const,
      name,
      description: text,
      schema: { type: "string" as const },
    })),
    ...(body ? { requestBody: describeBody(body) } : {}),
    responses,
  } as Parameters<typeof describeRoute>[0];
}

function tooLargeText(maxBytes = MAX_MANAGEMENT_BODY_BYTES): string {
  return `The body is larger than ${maxBytes / 1024 ** 2} MiB.`;
}

function describeBody<B>({ schema, mediaTypes = JSON_ONLY, example }: BodySpec<B>): object {
  const content = { schema: { $ref: `#/components/schemas/${schema}` }, example };
  return { required: true, content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, content])) };
}

function describeAnswer({ description, schema, mediaType, example }: AnswerSpec): object {
  if (mediaType !== undefined) return { description, content: { [mediaType]: { schema: { type: "string" } } } };
  if (schema === undefined) return { description };
  const content = { schema: { $ref: `#/components/schemas/${schema}` }, ...(example === undefined ? {} : { example }) };
  return { description, content: { "application/json": content } };
}
