/** Middleware for Express. */
import { type Client, OpenFeature } from "@openfeature/server-sdk";
import type { RequestHandler, Response } from "express";
import { withOverrides } from "./provider.ts";

/** Gives each request a client that evaluates for its user: `flagsOf(response)`. */
export const flags: RequestHandler = (request, response, next) => {
  const [, visitor = crypto.randomUUID()] = /(?:^|; )visitor=([\w-]+)/.exec(request.get("cookie") ?? "") ?? [];
  response.cookie("visitor", visitor, { httpOnly: true, sameSite: "lax", maxAge: 31_536_000_000 });
  // Your own middleware reads the session and sets the user.
  const user = response.locals["user"] as { id: string; plan: string } | undefined;
  // Trust this header only if your CDN sets it.
  const country = request.get("cf-ipcountry");
  const context = {
    targetingKey: user?.id ?? visitor,
    anonymousId: visitor,
    plan: user?.plan ?? "free",
    ...(request.ip && { ip: request.ip }),
    ...(country && { country }),
  };
  response.locals["flags"] = OpenFeature.getClient(context);
  withOverrides(request.originalUrl, request.get("x-flags-overrides"), next);
};

export function flagsOf(response: Response): Client {
  return response.locals["flags"] as Client;
}
