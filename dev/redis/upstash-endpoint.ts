/** A local stand-in for Upstash's REST endpoint: the protocol of `@upstash/redis` over an embedded or a real Redis. */
import type { Faults } from "../endpoints/faults.ts";
import {
  type EndpointAnswer,
  type EndpointRequest,
  startBackedEndpoint,
  startHttpEndpoint,
} from "../endpoints/http-endpoint.ts";
import { isRead, LaggingReplica } from "./lagging-replica.ts";
import type { Reply } from "./reply.ts";
import { Status } from "./reply.ts";
import { UnderWay, type UnderWayStats } from "../endpoints/under-way.ts";
import { encodeOutcome, openEmbeddedRedis, openRealRedis, type Outcome } from "./upstash-backends.ts";

export interface UpstashEndpointOptions {
  /** Absent: any free port. */
  port?: number;
  /** A real Redis to front instead of the embedded one. */
  redisUrl?: string;
  /** The bearer token that requests must carry. */
  token?: string;
  /** ms since epoch: decides expiry in the embedded Redis. */
  now?: () => number;
}

export interface UpstashStats {
  /** HTTP requests, also those that a fault swallowed or that lacked the token. */
  requests: number;
  /** Of these, hit by a fault. */
  faulted: number;
  /** Of these, refused for their token. */
  unauthorized: number;
  /** Commands given to Redis, each one of a pipeline or transaction counted. A script is one command. */
  commands: number;
  /** Requests to /pipeline and to /multi-exec. */
  pipelines: number;
  transactions: number;
  /** Commands that Redis refused. */
  errors: number;
  /** `commands` by name in upper case: HMGET, EVAL… */
  byCommand: Record<string, number>;
  underWay: UnderWayStats;
}

export interface UpstashEndpoint {
  url: string;
  port: number;
  token: string;
  /** Runs one command past the HTTP layer: not counted, not faulted. Throws with Redis's message. */
  command<Result = unknown>(...args: (string | number)[]): Promise<Result>;
  stats(): UpstashStats;
  resetStats(): void;
  setFaults(faults: Faults): void;
  /** Another port to the same Redis, that no fault of this endpoint hits: how others reach it. Answers its URL. */
  openSideDoor(): Promise<string>;
  close(): Promise<void>;
}

/** What no command of a cache is answered with, but is an answer. */
const WRONG_BODIES = [
  { result: 1 },
  { result: "OK" },
  { result: null },
  { result: [1, [], [null]] },
  [{ result: "OK" }],
  { result: { a: 1 } },
];

const noStats = (): Omit<UpstashStats, "underWay"> => ({
  requests: 0,
  faulted: 0,
  unauthorized: 0,
  commands: 0,
  pipelines: 0,
  transactions: 0,
  errors: 0,
  byCommand: {},
});

export async function startUpstashEndpoint(options: UpstashEndpointOptions = {}): Promise<UpstashEndpoint> {
  const { redisUrl, token = "burgee-local" } = options;
  const backend = redisUrl === undefined ? openEmbeddedRedis(options.now) : openRealRedis(redisUrl);
  let stats = noStats();
  const underWay = new UnderWay();
  let writes = 0;
  let replica: LaggingReplica | undefined;

  /** A pipeline of reads alone goes to the replica, where there is one. */
  const run = async (commands: string[][], isAside: boolean): Promise<Outcome[]> => {
    if (replica && !isAside && commands.every((command) => isRead(command))) return replica.answer(commands);
    await replica?.follow(commands);
    return backend.pipeline(commands);
  };

  const count = (commands: string[][]): void => {
    for (const [name = ""] of commands) {
      const upper = name.toUpperCase();
      stats.commands++;
      stats.byCommand[upper] = (stats.byCommand[upper] ?? 0) + 1;
    }
  };

  const apply = async (request: EndpointRequest, isAside: boolean): Promise<EndpointAnswer> => {
    const base64 = request.headers["upstash-encoding"] === "base64";
    const path = request.url.pathname;
    if (path === "/pipeline" || path === "/multi-exec") {
      const commands = parseCommands(request.body);
      count(commands);
      if (path === "/pipeline") stats.pipelines++;
      else stats.transactions++;
      if (path !== "/pipeline") await replica?.follow(commands);
      const outcomes = await (path === "/pipeline" ? run(commands, isAside) : backend.transaction(commands));
      if (!Array.isArray(outcomes)) {
        stats.errors++;
        return { status: 400, body: outcomes };
      }
      stats.errors += outcomes.filter((outcome) => "error" in outcome).length;
      return { status: 200, body: outcomes.map((outcome) => encodeOutcome(outcome, base64)) };
    }
    const command = path === "/" ? parseCommand(parseJson(request.body)) : commandOfPath(path, request.body);
    count([command]);
    const [outcome = { error: "ERR no answer" }] = await run([command], isAside);
    if ("error" in outcome) stats.errors++;
    return { status: "error" in outcome ? 400 : 200, body: encodeOutcome(outcome, base64) };
  };

  const handle = async (request: EndpointRequest, isAside: boolean): Promise<EndpointAnswer> => {
    const given = request.headers.authorization?.replace(/^bearer\s+/i, "") ?? request.url.searchParams.get("_token");
    if (given !== token) {
      stats.unauthorized++;
      return { status: 401, body: { error: "WRONGPASS invalid or missing auth token" } };
    }
    if (!["POST", "GET", "PUT", "HEAD"].includes(request.method))
      return { status: 405, body: { error: "ERR method not allowed" } };
    try {
      const answer = await apply(request, isAside);
      return { ...answer, headers: { "upstash-sync-token": `local=${++writes}` } };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: error instanceof TypeError ? 400 : 500, body: { error: `ERR ${message}` } };
    }
  };

  const statsNow = (): UpstashStats => ({ ...structuredClone(stats), underWay: underWay.stats() });
  const resetStats = (): void => {
    stats = noStats();
    underWay.reset();
  };

  const endpoint = await startBackedEndpoint(backend, (isAside) =>
    startHttpEndpoint({
      port: isAside ? undefined : options.port,
      handle: (request) => handle(request, isAside),
      counted: () => stats,
      stats: statsNow,
      resetStats,
      underWay,
      injectedError: { status: 500, body: { error: "ERR injected fault" } },
      wrongBodies: WRONG_BODIES,
      onLag: (lagMs) => {
        replica = lagMs > 0 ? new LaggingReplica(backend, lagMs, options.now ?? Date.now) : undefined;
      },
    }),
  );

  return {
    url: `http://127.0.0.1:${endpoint.port}`,
    port: endpoint.port,
    token,
    command: async <Result>(...args: (string | number)[]) => {
      const command = args.map(String);
      await replica?.follow([command]);
      const [outcome] = await backend.pipeline([command]);
      if (!outcome || "error" in outcome) throw new Error(outcome?.error ?? "no answer");
      return plain(outcome.result) as Result;
    },
    stats: statsNow,
    resetStats,
    setFaults: endpoint.setFaults,
    openSideDoor: async () => `http://127.0.0.1:${await endpoint.openSideDoor()}`,
    close: endpoint.close,
  };
}

function plain(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map((item) => plain(item));
  return reply instanceof Status ? reply.ok : reply;
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new TypeError("failed to parse the request body as JSON");
  }
}

function parseCommands(body: string): string[][] {
  const input = parseJson(body);
  if (!Array.isArray(input)) throw new TypeError("expected an array of commands");
  return input.map((command) => parseCommand(command));
}

function parseCommand(input: unknown): string[] {
  if (!Array.isArray(input) || input.length === 0) throw new TypeError("expected a command: a non-empty array");
  return input.map((arg: unknown) => {
    if (typeof arg === "string") return arg;
    if (typeof arg === "number" || typeof arg === "boolean") return String(arg);
    throw new TypeError("a command's arguments must be strings or numbers");
  });
}

/** `/set/key` with the body as last argument; handy with curl. */
function commandOfPath(path: string, body: string): string[] {
  const args = path.slice(1).split("/").map(decodeURIComponent);
  return body === "" ? args : [...args, body];
}
