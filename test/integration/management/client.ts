import { type KeyKind, mintKey } from "../../../src/ops/token.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { KEY_SECRET, startTestProject, type TestProject } from "../../support/project.ts";

/** A response of the API with its parsed body. */
export interface ApiResponse {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read any part of a body
  body: any;
}

export interface ManagementTest {
  project: TestProject;
  clock: FakeClock;
  isolate: Isolate;
  /** Sends a request with the admin token. A body that is not text is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiResponse>;
  /** Evaluates a flag through OFREP. */
  evaluate(flagKey: string, context?: object): Promise<ApiResponse>;
  close(): Promise<void>;
}

export const FLAGS = "/api/v1/environments/production/flags";

/** Starts a worker with real local backends and one environment, `production`. */
export async function startManagementTest(
  bindings: Record<string, unknown> = {},
  options: Parameters<typeof startIsolate>[2] = {},
): Promise<ManagementTest> {
  const project = await startTestProject();
  const clock = new FakeClock();
  // The clock stands still, so a limit per second would never reset.
  const unlimited = {
    UNKNOWN_KEYS_PER_SECOND: "0",
    WRITES_PER_SECOND: "0",
    UNKNOWN_FLAGS_PER_SECOND: "0",
    AHEAD_PER_SECOND: "0",
    KEY_CHECKS_PER_SECOND: "0",
  };
  const isolate = startIsolate({ ...project.bindings, ...unlimited, ...bindings }, clock, options);
  await send(isolate, project.adminToken, "POST", "/api/v1/environments/production/cache/warm");
  return {
    project,
    clock,
    isolate,
    call: (method, path, body, headers = {}) => send(isolate, project.adminToken, method, path, body, headers),
    evaluate: (flagKey, context = { targetingKey: "user-1" }) =>
      send(isolate, project.serverKey, "POST", `/ofrep/v1/evaluate/flags/${flagKey}`, { context }),
    close: () => project.close(),
  };
}

export async function send(
  isolate: Isolate,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiResponse> {
  const response = await isolate.fetch(path, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  await isolate.settled();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return { status: response.status, headers: response.headers, body: isJson && text !== "" ? JSON.parse(text) : text };
}

/** Creates a token with a valid MAC, and its row in the store unless the test wants an unknown token. */
export async function aToken(
  project: TestProject,
  kind: KeyKind,
  scope: string,
  { isStored = true, secret = KEY_SECRET }: { isStored?: boolean; secret?: string } = {},
): Promise<{ token: string; id: string }> {
  const { token, id, secretHash } = await mintKey(secret, kind, scope);
  if (isStored) {
    await project.backends.neon.query(
      // As in startTestProject(), no request records the day of its use.
      "insert into sdk_keys (id, environment, kind, role, name, secret_hash, last_used_on) values ($1, $2, $3, $4, $5, $6, '9999-12-31')",
      [id, kind === "admin" ? null : scope, kind, kind === "admin" ? scope : null, "test", secretHash],
    );
  }
  return { token, id };
}

/** The newest version of production, and when it was made. */
export async function newestVersion({ project }: ManagementTest): Promise<{ version: number; at: string }> {
  const [row] = await project.backends.neon.query<{ version: string; at: string }>(
    "select version::text, at::text from audit_versions where environment = 'production' order by audit_versions.version desc limit 1",
  );
  return { version: Number(row?.version), at: new Date(row?.at ?? "").toISOString() };
}

/** Returns a boolean flag as the API accepts it. */
export function aFlagBody(key: string, changes: object = {}): Record<string, unknown> {
  return {
    key,
    type: "boolean",
    variants: { on: true, off: false },
    enabled: true,
    offVariant: "off",
    default: { variant: "on" },
    clientVisible: true,
    ...changes,
  };
}
