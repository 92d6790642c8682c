import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, test, vi } from "vitest";
import { mintKey } from "../../../src/ops/token.ts";
import { handlers as worker } from "../../../src/handlers.ts";
import { malformed, SETTINGS_WITH_FORMS } from "../../support/malformed-settings.ts";

const SECRET = "qZ7xWv3Kp9Lm2Nt8Rb4Yc6Hd1Jf5Gs0A";
const KEY_SECRET = `${SECRET}${SECRET}`;
const ENVIRONMENT = "/api/v1/environments/production";

const REQUESTS: readonly [method: string, path: string, body?: object][] = [
  ["GET", "/"],
  ["GET", "/healthz"],
  ["GET", "/readyz"],
  ["GET", "/openapi.json"],
  ["POST", "/ofrep/v1/evaluate/flags", {}],
  ["POST", "/ofrep/v1/evaluate/flags/a", {}],
  ["GET", "/ofrep/v1/stream"],
  ["GET", "/flags"],
  ["GET", "/flags/a"],
  ["GET", `${ENVIRONMENT}/flags`],
  ["GET", "/api/v1/environments"],
  ["GET", "/api/v1/flags/a"],
  ["PATCH", `${ENVIRONMENT}/flags/a`, { enabled: false }],
  ["POST", `${ENVIRONMENT}/keys`, { kind: "server" }],
  ["DELETE", `${ENVIRONMENT}/keys/aB3dE5fG7hI9`],
  ["POST", `${ENVIRONMENT}/cache/purge`, { all: true }],
  ["POST", `${ENVIRONMENT}/cache/warm`],
  ["GET", `${ENVIRONMENT}/cache/stats`],
  ["GET", `${ENVIRONMENT}/audit`],
  ["GET", "/api/v1/metrics"],
  ["GET", "/nowhere"],
];

/** The worker itself, with everything that it writes. */
describe("a secret in a setting", () => {
  let tokens: string[];
  let echo: Server;
  let port: number;
  /** The status of the echoing backend's responses, and the code in their bodies. */
  let reply: { status: number; code: string };
  const lines: string[] = [];

  beforeAll(async () => {
    tokens = await Promise.all(
      (["admin", "server", "client"] as const).map(
        async (kind) => (await mintKey(KEY_SECRET, kind, kind === "admin" ? "write" : "production")).token,
      ),
    );
    // A backend that repeats everything that it receives, as proxies and drivers do in their errors.
    echo = createServer((request, response) => {
      const heard = { headers: request.headers, url: request.url };
      const text = JSON.stringify(heard);
      const body = { message: text, detail: text, code: reply.code, error: text, errors: [{ code: 1, message: text }] };
      response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(body));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => echo.once("listening", resolve));
    ({ port } = echo.address() as AddressInfo);
  });
  afterAll(() => void echo.close());
  afterEach(() => vi.restoreAllMocks());

  /** Sends every request and runs the sweep. Returns everything that was written, and the bodies. */
  async function everything(bindings: Record<string, unknown>): Promise<{ status: number; text: string }[]> {
    lines.length = 0;
    for (const level of ["log", "info", "warn", "error"] as const)
      vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => void lines.push(parts.join(" ")));
    const pending: Promise<unknown>[] = [];
    const context = {
      waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
      passThroughOnException: () => undefined,
      props: {},
    };
    const responses: { status: number; text: string }[] = [];
    for (const token of tokens) {
      for (const [method, path, body] of REQUESTS) {
        const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
        const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
        const response = await worker.fetch(new Request(`https://edge.test${path}`, init), bindings, context);
        const head = JSON.stringify([...response.headers]);
        if (response.headers.get("content-type")?.startsWith("text/event-stream")) await response.body?.cancel();
        else responses.push({ status: response.status, text: head + (await response.text()) });
      }
    }
    await worker.scheduled(undefined, bindings, context).catch((error: unknown) => {
      const { message, cause, stack } = error as Error;
      lines.push(`${message} ${String(cause)} ${stack}`);
    });
    await Promise.allSettled(pending);
    vi.restoreAllMocks();
    return responses;
  }

  const required = { DATABASE_URL: "postgres://u:p@127.0.0.1/x", NEON_HTTP_URL: "http://127.0.0.1:9/sql", KEY_SECRET };

  test.each(SETTINGS_WITH_FORMS)("%s, malformed, is in no response and no log line", async (name) => {
    for (const value of malformed(name, SECRET)) {
      const responses = await everything({ ...required, [name]: value });
      for (const { status, text } of responses) {
        if (status !== 500 || !text.includes(`misconfigured: ${name} must `)) throw new Error(`${status} ${text}`);
      }
      const logged = lines.filter((line) => line.includes('"event":"misconfigured"'));
      if (logged.length !== 1) throw new Error(`${logged.length} lines for ${JSON.stringify(value)}`);
      for (const text of [...lines, ...responses.map((response) => response.text)])
        if (text.includes(SECRET.slice(0, 8))) throw new Error(`${JSON.stringify(value)} is in ${text}`);
    }
  });

  test.each([
    { status: 500, code: "" },
    { status: 400, code: "XX000" },
    { status: 400, code: "BG005" },
    { status: 400, code: "BG003" },
    { status: 400, code: "28P01" },
    { status: 200, code: "" },
    { status: 401, code: "" },
  ])("stays hidden from a backend's reply that repeats it: $status $code", async (given) => {
    reply = given;
    const password = `${SECRET}@/?`;
    const bindings = {
      KEY_SECRET,
      DATABASE_URL: `postgresql://dbrole:${encodeURIComponent(password)}@db.example/x?sslmode=require`,
      NEON_HTTP_URL: `http://127.0.0.1:${port}/sql`,
      UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${port}/redis`,
      UPSTASH_REDIS_REST_TOKEN: `${SECRET}redis`,
      CF_API_URL: `http://127.0.0.1:${port}/client/v4`,
      CF_ZONE_ID: "0".repeat(32),
      CF_PURGE_TOKEN: `${SECRET}purge`,
    };
    const responses = await everything(bindings);
    if (lines.length === 0) throw new Error("nothing was logged");
    for (const text of [...lines, ...responses.map((response) => response.text)])
      if (text.includes(SECRET.slice(0, 8)) || text.includes("dbrole")) throw new Error(text);
  });
});
