/** Routes of the management API. A specification serves the checks of a request and /openapi.json alike. */
import type { GenericSchema, InferOutput, ObjectEntries } from "valibot";
import { MAX_NOTE_LENGTH } from "../../flags/formats/change-note.ts";
import { DryRunPassedError, dryRunDatabase } from "../../store/dry-run.ts";
import type { Services } from "../services.ts";
import type { Access, Reach } from "./actor.ts";
import type { ManagementContext } from "./context.ts";
import { JSON_ONLY, readJsonBody } from "./json-body.ts";
import { changeNote, NOTE_HEADER } from "./change-note.ts";
import { dryRunParameter, fields } from "./shape.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** A request body and the function that parses it. */
export interface BodySpec<B> {
  /** Name of a component in /openapi.json. */
  schema: string;
  /** The default is JSON_ONLY. */
  mediaTypes?: readonly string[];
  /** The default is MAX_MANAGEMENT_BODY_BYTES. */
  maxBytes?: number;
  /** Says what to do with a larger body. */
  advice?: string;
  example: unknown;
  /** @throws InvalidInputError */
  parse(value: unknown, c: ManagementContext): B;
}

/** A successful response. */
export interface ResponseSpec {
  description: string;
  /** Name of a component in /openapi.json; `undefined` if the response has no JSON body. */
  schema?: string;
  /** The media type of a body that is not JSON. */
  mediaType?: string;
}

/** One operation of the API: its route, who may use it, what it accepts and what it returns. */
export interface RouteSpec<Q extends GenericSchema | undefined = GenericSchema | undefined, B = unknown> {
  method: Method;
  path: string;
  tag: string;
  /** The operationId: the name of the method in generated clients. */
  id: string;
  summary: string;
  description?: string;
  access: Access;
  /** The default follows from the path: `environment` if it names one, otherwise `project`. */
  reach?: Reach;
  query?: Q;
  /** Request headers that the operation reads, with a description of each. */
  headers?: Record<string, string>;
  body?: BodySpec<B>;
  responses: Record<number, ResponseSpec>;
  /** Whether the operation accepts `dryRun=true`. The default is true for those that write to the store. */
  hasDryRun?: boolean;
  /** Whether the operation takes a note for the audit. The default is whether it accepts `dryRun=true`. */
  takesNote?: boolean;
  /** Statuses of problem+json that the route's access and body do not imply. */
  problems?: readonly number[];
}

/** The parsed parts of a request. */
export interface Input<Query, Body> {
  query: Query;
  body: Body;
}

/** Handles one operation. Declares in its first parameter which services it uses. */
export type Handler<Query, Body> = (
  services: Services,
  c: ManagementContext,
  input: Input<Query, Body>,
) => Response | Promise<Response>;

/** A specification together with the function that fulfils it. */
export interface Route {
  spec: RouteSpec;
  respond(services: Services, c: ManagementContext): Promise<Response>;
}

const NOTE_TEXT = `Why the change is made, for the audit: at most ${MAX_NOTE_LENGTH} characters, URI-encoded as encodeURIComponent does. An environment can require it.`;

type QueryOf<Q> = Q extends GenericSchema ? InferOutput<Q> : undefined;

export function route<Q extends GenericSchema | undefined = undefined, B = undefined>(
  spec: RouteSpec<Q, B>,
  handle: Handler<QueryOf<NoInfer<Q>>, NoInfer<B>>,
): Route {
  const isWrite = spec.access === "write" && spec.hasDryRun !== false;
  const takesNote = spec.takesNote ?? isWrite;
  const noted: RouteSpec = takesNote ? withNote(spec) : spec;
  return {
    spec: isWrite ? withDryRun(noted) : noted,
    async respond(services, c) {
      const { body } = spec;
      // Before the body, which can be large.
      if (takesNote) c.set("note", changeNote(c.req.raw.headers));
      const parsed = body?.parse(
        await readJsonBody(c.req.raw, body.mediaTypes ?? JSON_ONLY, body.maxBytes, body.advice),
        c,
      );
      const hasQuery = isWrite || spec.query !== undefined;
      const query = (hasQuery ? c.req.valid("query" as never) : undefined) as QueryOf<Q>;
      const isDryRun = isWrite && (query as { dryRun: boolean }).dryRun;
      const input = { query, body: parsed } as Input<QueryOf<Q>, B>;
      return isDryRun ? await dryRun(handle, services, c, input) : await handle(services, c, input);
    },
  };
}

/** Adds the header with the note, and the response if an environment requires one. */
function withNote<Q extends GenericSchema | undefined, B>(spec: RouteSpec<Q, B>): RouteSpec {
  const { headers, problems = [] } = spec;
  return {
    ...spec,
    headers: { ...headers, [NOTE_HEADER]: NOTE_TEXT },
    problems: [...new Set([...problems, 428])],
  } as RouteSpec;
}

/** Adds the query parameter `dryRun`, and its response. */
function withDryRun(spec: RouteSpec): RouteSpec {
  const { entries } = (spec.query ?? { entries: {} }) as { entries: ObjectEntries };
  const described = { description: "With `dryRun=true`: the change is valid. Nothing was written." };
  return {
    ...spec,
    query: fields({ ...entries, dryRun: dryRunParameter }),
    responses: { ...spec.responses, 204: described },
  } as RouteSpec;
}

/** Handles a write up to its commit. It fails as the write would. */
async function dryRun<Query, Body>(
  handle: Handler<Query, Body>,
  services: Services,
  c: ManagementContext,
  input: Input<Query, Body>,
): Promise<Response> {
  try {
    const database: Services["database"] = async (writes) => dryRunDatabase(await services.database(writes));
    await handle({ ...services, database }, c, input);
  } catch (error) {
    if (!(error instanceof DryRunPassedError)) throw error;
  }
  return new Response(null, { status: 204 });
}

/** Returns the part of the project that the operation concerns. */
export function reachOf({ path, reach }: Pick<RouteSpec, "path" | "reach">): Reach {
  return reach ?? (path.includes("/:env") ? "environment" : "project");
}

/** Whether every successful response of the operation is JSON or has no body. */
export function respondsWithJson({ responses }: Pick<RouteSpec, "responses">): boolean {
  return Object.values(responses).every(({ mediaType }) => mediaType === undefined);
}
