import type { Context } from "hono";
import type { Bindings } from "../../env.ts";
import type { VerifiedToken } from "../authenticate.ts";
import type { Actor } from "./actor.ts";

/** What management handlers find in Hono's context. */
export interface ManagementEnv {
  Bindings: Bindings;
  Variables: { token: VerifiedToken; actor: Actor };
}

export type ManagementContext = Context<ManagementEnv>;

/** Keeps work alive behind the answer. */
export function waitUntilOf(c: ManagementContext): (promise: Promise<unknown>) => void {
  return (promise) => c.executionCtx.waitUntil(promise);
}

/** The path parameter of a route that has it. */
export function pathKey(c: ManagementContext, name: "env" | "key" | "id"): string {
  return c.req.param(name) ?? "";
}
