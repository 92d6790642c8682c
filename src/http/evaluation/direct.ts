import type { WorkerContext } from "../../ops/runtime.ts";
import type { Services } from "../services.ts";
import { respondToGet } from "./get-flags.ts";
import { evaluateFlag, evaluateFlags } from "./ofrep.ts";

const BULK = "/ofrep/v1/evaluate/flags";
const GET_FLAG = "/flags/";

/** A flag key that needs no escapes in a path. */
const PLAIN_KEY = /^[\w.-]+$/;

/**
 * Responds to the most frequent requests, in their usual form, without the router. Returns `undefined` for every other
 * request; the router calls the same functions, so both ways respond alike.
 */
export function dispatch(services: Services, request: Request, context: WorkerContext): Promise<Response> | undefined {
  const { url, method } = request;
  // The path begins at the first slash after the host. After "http://", the shortest scheme, the host begins at 7.
  const path = url.slice(url.indexOf("/", 8));
  const waitUntil = (promise: Promise<unknown>): void => context.waitUntil(promise);
  if (method === "POST") {
    if (path === BULK) return evaluateFlags(services, request, waitUntil, undefined);
    const key = path.startsWith(`${BULK}/`) ? path.slice(BULK.length + 1) : "";
    return PLAIN_KEY.test(key) ? evaluateFlag(services, request, waitUntil, key) : undefined;
  }
  if (method !== "GET" || !path.startsWith(GET_FLAG)) return undefined;
  const end = path.indexOf("?");
  const key = path.slice(GET_FLAG.length, end < 0 ? undefined : end);
  return PLAIN_KEY.test(key) ? respondToGet(services, request, waitUntil, key) : undefined;
}
