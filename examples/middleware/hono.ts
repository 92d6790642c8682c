/** Middleware for Hono. */
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Client, OpenFeature } from "@openfeature/server-sdk";
import { getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { withOverrides } from "./provider.ts";

export interface FlagsEnv {
  /** `user` comes from your own middleware, which reads the session. */
  Variables: { flags: Client; user?: { id: string; plan: string } };
}

/** Gives each request a client that evaluates for its user: `c.get("flags")`. */
export const flags = createMiddleware<FlagsEnv>((c, next) => {
  const visitor = getCookie(c, "visitor") ?? crypto.randomUUID();
  setCookie(c, "visitor", visitor, { httpOnly: true, sameSite: "Lax", maxAge: 31_536_000 });
  const user = c.get("user");
  const ip = getConnInfo(c).remote.address;
  // Trust this header only if your CDN sets it.
  const country = c.req.header("cf-ipcountry");
  const context = {
    targetingKey: user?.id ?? visitor,
    anonymousId: visitor,
    plan: user?.plan ?? "free",
    ...(ip && { ip }),
    ...(country && { country }),
  };
  c.set("flags", OpenFeature.getClient(context));
  return withOverrides(c.req.url, c.req.header("x-flags-overrides"), next);
});
