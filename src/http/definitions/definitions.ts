import type { RequestScope } from "../../delivery/request-scope.ts";
import type { CompiledFlag } from "../../evaluation/types.ts";
import { SCHEMA_VERSION } from "../../flags/document.ts";
import { requireSdkKey } from "../authenticate.ts";
import { HttpError } from "../errors.ts";
import { parseAnnouncement } from "../evaluation/announcement.ts";
import {
  checkAccess,
  type EvaluationServices,
  openRequest,
  provenanceHeaders,
  provenanceOf,
} from "../evaluation/evaluate.ts";
import { matchesEntityTag } from "../evaluation/render.ts";

/** The parameters of a request for definitions, as text. */
export interface DefinitionsQuery {
  environment: string;
  /** The version that the caller has. */
  since?: string | undefined;
  /** The `etag` of the event that made the caller ask. */
  announced?: string | undefined;
}

/**
 * Responds with the documents of an environment's flags: all of them, or with `since` those that changed after that
 * version and the keys of those that are gone. Costs no round trip in a warm isolate. Only server keys may ask, because
 * documents show which hidden flags exist and whom they target.
 * @throws HttpError 400, 401, 403, 429, 503
 */
export async function definitionsResponse(
  services: EvaluationServices,
  request: Request,
  waitUntil: RequestScope["waitUntil"],
  { environment, since: sinceText, announced }: DefinitionsQuery,
): Promise<Response> {
  const opened = await openRequest(services, request, waitUntil);
  if (opened.token.kind !== "server") throw new HttpError(403, "definitions require a server key, not a client key");
  if (opened.environment !== environment)
    throw new HttpError(403, `the server key belongs to environment "${opened.environment}", not to "${environment}"`);
  const since = parseSince(sinceText);
  const announcement = parseAnnouncement(announced);
  if (announcement !== undefined) await services.source.seekVersion(environment, announcement.version, opened.scope);
  const now = services.now();
  const result = await services.source.all(opened, now);
  if (result === undefined) return requireSdkKey(opened.token, {}, request) as never;
  checkAccess(services, result, opened);
  services.usage.key(opened, now);
  const { version, isStale, value } = result;
  const current = services.source.history(environment);
  // Flags of an earlier version, or from a snapshot, have no history to continue.
  const isCurrent = !isStale && current.version === version;
  const etag = `"${version}${isCurrent && current.tag !== undefined ? `-${current.tag}` : ""}${isStale ? "-stale" : ""}"`;
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "cache-control": "no-store",
    etag,
    ...provenanceHeaders(provenanceOf(result, now)),
  };
  const ifNoneMatch = request.headers.get("if-none-match");
  if (ifNoneMatch !== null && matchesEntityTag(ifNoneMatch, etag)) return new Response(null, { status: 304, headers });
  const changed = isCurrent && since !== undefined ? current.changedSince(since, tagIn(ifNoneMatch, since)) : "*";
  return new Response(bodyOf({ environment, version, isStale, changed, flags: value.all }), { headers });
}

function parseSince(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw new HttpError(400, `since must be the version of an earlier response, not "${text.slice(0, 40)}"`);
  return Number(text);
}

/** Returns the random tag of a version from the entity tag that the caller got with it. */
function tagIn(ifNoneMatch: string | null, version: number): string | undefined {
  return new RegExp(`"${version}-([^"]+)"`).exec(ifNoneMatch ?? "")?.[1];
}

interface Definitions {
  environment: string;
  version: number;
  isStale: boolean;
  /** The fields that have changed since the version that the caller has; "*" if everything may have. */
  changed: ReadonlySet<string> | "*";
  flags: readonly CompiledFlag[];
}

/** The documents are the texts that the isolate holds, so none is parsed or rendered. */
function bodyOf({ environment, version, isStale, changed, flags }: Definitions): string {
  const isFull = changed === "*";
  const sent = isFull ? flags : flags.filter(({ key }) => changed.has(key));
  const keys = new Set(sent.map(({ key }) => key));
  const gone = isFull ? [] : [...changed].filter((field) => !field.startsWith("@") && !keys.has(field)).toSorted();
  const head = { environment, version, schemaVersion: SCHEMA_VERSION, full: isFull, stale: isStale, gone };
  return `${JSON.stringify(head).slice(0, -1)},"flags":[${sent.map(({ documentText }) => documentText).join(",")}]}`;
}
