import type { Context } from "hono";
import type { Bindings } from "../../env.ts";
import type { VerifiedToken } from "../authenticate.ts";
import type { Writer } from "../../store/inputs.ts";
import type { Actor } from "./actor.ts";

/** The environment of the management routes in Hono's terms. */
export interface ManagementEnv {
  Bindings: Bindings;
  /** `note` is that of a write: the reason that its caller gave. */
  Variables: { token: VerifiedToken; actor: Actor; note?: string | undefined };
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

/** The caller as the audit records it, with the caller's note. */
export function writerOf(c: ManagementContext): Writer {
  return { actor: `key:${c.get("actor").id}`, note: c.get("note") };
}

/** The environments that the caller may know; `null` for all. */
export function visibleEnvironments(c: ManagementContext): readonly string[] | null {
  const actor = c.get("actor");
  return actor.role === "server" ? [actor.environment] : actor.environments;
}
