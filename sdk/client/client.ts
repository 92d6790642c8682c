/**
 * Client for the management and evaluation API of a deployment. The console and the command line use it. Its types are
 * generated from the worker's own contract (contract.ts).
 */
import { type Operations, type Problem, ROUTES } from "./contract.ts";

export interface ClientOptions {
  /** Base URL of the deployment, such as https://flags.example.com. */
  url: string;
  /** Returns the admin token or SDK key. Every call reads it again. */
  token?: (() => string | undefined) | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  /** Milliseconds until a call is given up. Default: 15,000. */
  timeoutMs?: number | undefined;
}

export interface Result<Body> {
  body: Body;
  status: number;
  headers: Headers;
}

/** The deployment refused a call. The error has the status and the problems of each field. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `the response has status ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** No response arrived, or the response did not come from Burgee. */
export class UnreachableError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "UnreachableError";
  }
}

type Input<Id extends keyof Operations> = Operations[Id]["input"];
type ResponseBody<Id extends keyof Operations> = Operations[Id]["responseBody"];
/** The input is optional for operations without path parameters and body. */
type Arguments<Id extends keyof Operations> =
  Input<Id> extends { path: object } | { body: unknown } ? [input: Input<Id>] : [input?: Input<Id>];

export interface Client {
  /** @throws ApiError, UnreachableError */
  call<Id extends keyof Operations>(id: Id, ...input: Arguments<Id>): Promise<Result<ResponseBody<Id>>>;
}

const MERGE_PATCH = "application/merge-patch+json";

/** @throws TypeError if `url` is not a URL */
export function createClient({ url, token, fetch = globalThis.fetch, timeoutMs = 15_000 }: ClientOptions): Client {
  const base = new URL(url.endsWith("/") ? url : `${url}/`);
  return {
    async call(id, ...[input]) {
      const [method, route] = ROUTES[id];
      const { path = {}, query = {}, headers = {}, body } = (input ?? {}) as Parts;
      const target = new URL(fill(route, path).slice(1), base);
      for (const [name, value] of Object.entries(query)) if (value !== undefined) target.searchParams.set(name, value);
      const request = new Headers(
        Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const secret = token?.();
      if (secret !== undefined) request.set("authorization", `Bearer ${secret}`);
      if (body !== undefined) request.set("content-type", method === "PATCH" ? MERGE_PATCH : "application/json");
      const response = await send(fetch, target, {
        method,
        headers: request,
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { body: response.body as never, status: response.status, headers: response.headers };
    },
  };
}

interface Parts {
  path?: Record<string, string>;
  query?: Record<string, string | undefined>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
}

function fill(route: string, path: Record<string, string>): string {
  return route.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ""));
}

async function send(
  fetch: typeof globalThis.fetch,
  target: URL,
  init: RequestInit,
): Promise<{ status: number; headers: Headers; body: unknown }> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(target, init);
    text = await response.text();
  } catch (error) {
    const isLate = error instanceof Error && error.name === "TimeoutError";
    throw new UnreachableError(`${target.origin} ${isLate ? "did not respond in time" : "cannot be reached"}`, error);
  }
  const isJson = /^application\/(?:[\w.-]+\+)?json\b/.test(response.headers.get("content-type") ?? "");
  let body: unknown = text;
  if (isJson && text !== "") {
    try {
      body = JSON.parse(text);
    } catch (error) {
      throw new UnreachableError(`${target.origin} returned broken JSON`, error);
    }
  }
  if (response.ok || response.status === 304) return { status: response.status, headers: response.headers, body };
  if (isJson) throw new ApiError(response.status, body as Partial<Problem>);
  throw new UnreachableError(
    `${target.origin} returned status ${response.status} with a body that is not from Burgee; check the URL`,
  );
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
