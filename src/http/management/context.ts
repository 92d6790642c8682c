import type { Context } from "hono";
import type { Bindings } from "../../env.ts";
import type { VerifiedToken } from "../authenticate.ts";
import type { Actor } from "./actor.ts";

/** The environment of the management routes in Hono's terms. */
export interface ManagementEnv {
  Bindings: Bindings;
  Variables: { token: VerifiedToken; actor: Actor };
}

export type ManagementContext = Context<ManagementEnv>;

/** The environment in the route's path. */
export function environmentOf(c: ManagementContext): string {
  return c.req.param("env") ?? "";
}

/** A parameter of the route's path. */
export function pathParameter(c: ManagementContext, name: "key" | "id" | "repository"): string {
  return c.req.param(name) ?? "";
}

/** The name under which the audit records the caller. */
export function auditName(c: ManagementContext): string {
  return `key:${c.get("actor").id}`;
}
