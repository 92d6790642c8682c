import type { Hono } from "hono";
import { createApp } from "./app.ts";
import { type Bindings, parseSettings, secretsOf, SettingsError } from "./env.ts";
import type { AppEnv, Services } from "./http/services.ts";
import { consoleLog, errorFields, redactingLog } from "./ops/log.ts";
import { createRedact } from "./ops/redact.ts";
import { createServices } from "./services.ts";

/** The state of the isolate, made on the first request: module scope has no bindings, clock or randomness. */
export interface Isolate {
  bindings: Bindings;
  services: Services;
  app: Hono<AppEnv>;
}

let isolate: Isolate | undefined;
/** The host of the first request over HTTP. */
let host: string | undefined;
/** The bindings that could not be parsed, and why. */
let refused: { bindings: Bindings; error: SettingsError } | undefined;

/** Remembers the host of the first request. */
export function noteHost(request: Request): void {
  host ??= new URL(request.url).host;
}

/** @throws SettingsError, which is logged once per isolate */
export function isolateFor(bindings: Bindings): Isolate {
  if (isolate?.bindings === bindings) return isolate;
  if (refused?.bindings === bindings) throw refused.error;
  try {
    const services = createServices(parseSettings(bindings), { host: () => host });
    isolate = { bindings, services, app: createApp(services) };
    return isolate;
  } catch (thrown) {
    redactingLog(consoleLog, createRedact(secretsOf(bindings))).error("misconfigured", errorFields(thrown));
    const error = thrown instanceof SettingsError ? thrown : new SettingsError("its log says why");
    refused = { bindings, error };
    throw error;
  }
}
