/**
 * Client for the management and evaluation API of a deployment. The console and the command line use it. Its types are
 * generated from the worker's own contract (contract.ts).
 */
import { baseUrl } from "./base-url.ts";
import { type Operations, ROUTES } from "./contract.ts";
import { ApiError, UnreachableError, UnusableNameError } from "./errors.ts";
import { networkFailure } from "./network-failure.ts";
import { bodyOf, type Sent } from "./response.ts";

export interface ClientOptions {
  /** Base URL of the deployment, such as https://flags.example.com. */
  url: string;
  /** Returns the admin token or SDK key. Every call reads it again. */
  token?: (() => string | undefined) | undefined;
  /** Further headers of every call, for example for an access proxy in front of the deployment. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Returns why the changes are made, for the audit. Every call of an operation that writes reads it again. */
  note?: (() => string | undefined) | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds until a call is given up. Default: 15,000. */
  timeoutMs?: number | undefined;
  /** Writes a body as JSON. Default: `JSON.stringify`. */
  stringify?: ((body: unknown) => string) | undefined;
}

export interface Result<Body> {
  body: Body;
  status: number;
  headers: Headers;
}

export { ApiError, UnreachableError, UnusableNameError };

type Input<Id extends keyof Operations> = Operations[Id]["input"];
type ResponseBody<Id extends keyof Operations> = Operations[Id]["responseBody"];
/** The input is optional for operations without path parameters and body. */
type Arguments<Id extends keyof Operations> =
  Input<Id> extends { path: object } | { body: unknown } ? [input: Input<Id>] : [input?: Input<Id>];

export interface Client {
  /** @throws ApiError, UnreachableError, UnusableNameError */
  call<Id extends keyof Operations>(id: Id, ...input: Arguments<Id>): Promise<Result<ResponseBody<Id>>>;
}

/** Operations that change nothing although they are sent with POST. */
const READS = new Set<keyof Operations>([
  "explainFlag",
  "sampleFlag",
  "evaluateEnvironment",
  "createOverrides",
  "purgeCache",
  "warmCache",
  "evaluateFlag",
  "evaluateFlags",
]);
const MERGE_PATCH = "application/merge-patch+json";

/** @throws TypeError if `url` cannot be that of a deployment */
export function createClient(options: ClientOptions): Client {
  const { url, token, note, headers: always = {}, fetch = globalThis.fetch, timeoutMs = 15_000 } = options;
  const { stringify = JSON.stringify } = options;
  const base = baseUrl(url);
  return {
    async call(id, ...[input]) {
      const [method, route] = ROUTES[id];
      const { path = {}, query = {}, headers = {}, body } = (input ?? {}) as Parts;
      const target = new URL(fill(route, path).slice(1), base);
      for (const [name, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(name, value);
      const request = new Headers(
        Object.entries({ ...always, ...headers }).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const secret = token?.();
      if (secret !== undefined) request.set("authorization", `Bearer ${secret}`);
      if (body !== undefined) request.set("content-type", method === "PATCH" ? MERGE_PATCH : "application/json");
      const isDryRun = query["dryRun"] === "true";
      const mayWrite = method !== "GET" && !READS.has(id);
      const reason = mayWrite ? note?.() : undefined;
      // Headers are ASCII.
      if (reason !== undefined && reason !== "") request.set("x-change-note", encodeURIComponent(reason));
      const sent = { id, origin: base.origin, isDryRun, isWrite: !isDryRun && mayWrite };
      const init = {
        method,
        headers: request,
        body: body === undefined ? null : stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      };
      const result = await send(fetch, target, init, sent);
      return { ...result, body: result.body as never };
    },
  };
}

interface Parts {
  path?: Record<string, string>;
  query?: Record<string, string | undefined>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
}

/** @throws UnusableNameError */
function fill(route: string, path: Record<string, string>): string {
  return route.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = path[name] ?? "";
    // In a URL, an empty part or dots name another resource: DELETE …/flags/.. would be that of the environment.
    if (/^\.{0,2}$/.test(value)) throw new UnusableNameError(value);
    return encodeURIComponent(value);
  });
}

async function send(
  fetch: typeof globalThis.fetch,
  target: URL,
  init: RequestInit,
  sent: Sent,
): Promise<Result<unknown>> {
  try {
    // A redirect would take the token elsewhere.
    const response = await fetch(target, { ...init, redirect: "manual" });
    const body = await bodyOf(response, sent);
    return { status: response.status, headers: response.headers, body };
  } catch (error) {
    if (error instanceof ApiError || error instanceof UnreachableError) throw error;
    throw networkFailure(error, sent.origin, sent.isWrite);
  }
}

/** Returns every item of a list with pages. `page` requests one of them. */
export async function allPages<T>(
  page: (cursor: string | undefined) => Promise<Result<{ items: T[]; nextCursor: string | null }>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await page(cursor);
    items.push(...body.items);
    cursor = body.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
