import type { Context } from "hono";

/** Returns a function that keeps the worker alive for work that goes on after the response. */
export function waitUntilOf(c: Pick<Context, "executionCtx">): (promise: Promise<unknown>) => void {
  return (promise) => c.executionCtx.waitUntil(promise);
}
