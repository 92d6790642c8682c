import { type Isolate, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";
import { type ApiResponse, send } from "../management/client.ts";

export const ENVIRONMENT = "/api/v1/environments/production";
const OFREP = "/ofrep/v1/evaluate/flags";

/** Isolates that count evaluations, on real local backends, with a clock that the test moves. */
export interface UsageWorld {
  project: TestProject;
  clock: FakeClock;
  start(bindings?: Record<string, unknown>): Isolate;
  /** Evaluates a flag, or all flags. A flush that is due later stays behind the response. */
  evaluate(
    isolate: Isolate,
    flag?: string,
    init?: { token?: string; context?: object; headers?: object },
  ): Promise<Response>;
  /** Moves the clock until every isolate has flushed, and waits for the flushes. */
  flush(...isolates: Isolate[]): Promise<void>;
  sweep(): Promise<void>;
  /** Sends a request of the management API with an isolate that counts nothing. */
  call(method: string, path: string, body?: unknown): Promise<ApiResponse>;
  close(): Promise<void>;
}

export async function startUsageWorld(options: { hasRedis?: boolean } = {}): Promise<UsageWorld> {
  const clock = new FakeClock();
  const project = await startTestProject({ now: clock.now });
  const own = options.hasRedis === false ? { UPSTASH_REDIS_REST_URL: "", UPSTASH_REDIS_REST_TOKEN: "" } : {};
  const unlimited = { WRITES_PER_SECOND: 0, UNKNOWN_FLAGS_PER_SECOND: 0, CACHE_HEAD_CHECK_MS: 60_000 };
  const start = (bindings: Record<string, unknown> = {}) =>
    startIsolate({ ...project.bindings, ...unlimited, ...own, USAGE_FLUSH_SECONDS: 10, ...bindings }, clock);
  const manager = start({ USAGE_FLUSH_SECONDS: 0 });
  const sweeper = start();
  return {
    project,
    clock,
    start,
    evaluate: (isolate, flag, { token = project.serverKey, context = { targetingKey: "user-1" }, headers = {} } = {}) =>
      isolate.fetch(flag === undefined ? OFREP : `${OFREP}/${flag}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, ...headers },
        body: JSON.stringify({ context }),
      }),
    async flush(...isolates) {
      await clock.advance(20_000);
      for (const isolate of isolates) await isolate.settled();
    },
    sweep: async () => void (await sweeper.services.sweep(() => undefined)),
    call: (method, path, body) => send(manager, project.adminToken, method, path, body),
    close: () => project.close(),
  };
}
