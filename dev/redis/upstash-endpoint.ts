/**
 * A local replacement for Upstash's REST endpoint. It speaks the protocol of `@upstash/redis`, over an embedded or a
 * real Redis.
 */
import { type BackedEndpoint, startBackedEndpoint } from "../endpoints/backed-endpoint.ts";
import { Counters, type RequestCounts } from "../endpoints/counters.ts";
import type { EndpointRequest, EndpointResponse } from "../endpoints/http-body.ts";
import type { UnderWayStats } from "../endpoints/under-way.ts";
import { isRead, LaggingReplica } from "./lagging-replica.ts";
import { openEmbeddedRedis, openRealRedis, type Outcome, type RedisBackend } from "./upstash-backends.ts";
import { commandOfPath, encodeOutcome, parseCommand, parseCommands, plainReply } from "./upstash-wire.ts";

export interface UpstashEndpointOptions {
  /** Default: any free port. */
  port?: number;
  /** A real Redis to use instead of the embedded one. */
  redisUrl?: string;
  /** The bearer token that requests must carry. */
  token?: string;
  /** Clock for expiry in the embedded Redis, in ms since the epoch. */
  now?: () => number;
}

interface UpstashCounts extends RequestCounts {
  /** Requests refused because of their token. */
  unauthorized: number;
  /** Commands sent to Redis. Each command of a pipeline or transaction counts; a script is one command. */
  commands: number;
  /** Requests to /pipeline. */
  pipelines: number;
  /** Requests to /multi-exec. */
  transactions: number;
  /** Commands that Redis refused. */
  errors: number;
  /** `commands` by name in upper case: HMGET, EVAL… */
  byCommand: Record<string, number>;
}

export type UpstashStats = UpstashCounts & { underWay: UnderWayStats };

export interface UpstashEndpoint extends BackedEndpoint<UpstashCounts> {
  token: string;
  /** Runs one command directly, uncounted and without faults. Throws an Error with Redis's message. */
  command<Result = unknown>(...args: (string | number)[]): Promise<Result>;
}

/** Bodies in Upstash's form that cannot be the reply to any command of the cache. */
const WRONG_BODIES = [
  { result: 1 },
  { result: "OK" },
  { result: null },
  { result: [1, [], [null]] },
  [{ result: "OK" }],
  { result: { a: 1 } },
];

const noCounts = (): UpstashCounts => ({
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
  const { redisUrl, token = "burgee-local", now } = options;
  const backend = redisUrl === undefined ? openEmbeddedRedis(now) : openRealRedis(redisUrl);
  const service = new UpstashService(backend, token);
  const endpoint = await startBackedEndpoint({
    backend,
    port: options.port,
    handle: (request, isSideDoor) => service.handle(request, isSideDoor),
    counters: service.counters,
    injectedError: { status: 500, body: { error: "ERR injected fault" } },
    wrongBodies: WRONG_BODIES,
    onLag: (lagMs) => {
      service.replica = lagMs > 0 ? new LaggingReplica(backend, lagMs, now ?? Date.now) : undefined;
    },
  });
  return {
    ...endpoint,
    token,
    command: async <Result>(...args: (string | number)[]) => {
      const command = args.map(String);
      await service.replica?.follow([command]);
      const [outcome] = await backend.pipeline([command]);
      if (!outcome || "error" in outcome) throw new Error(outcome?.error ?? NO_REPLY);
      return plainReply(outcome.result) as Result;
    },
  };
}

const NO_REPLY = "Redis did not reply";

/** Serves Upstash's REST protocol from a Redis. */
class UpstashService {
  readonly counters = new Counters(noCounts);
  replica: LaggingReplica | undefined;
  readonly #backend: RedisBackend;
  readonly #token: string;
  #writes = 0;

  constructor(backend: RedisBackend, token: string) {
    this.#backend = backend;
    this.#token = token;
  }

  async handle(request: EndpointRequest, isSideDoor: boolean): Promise<EndpointResponse> {
    const given = request.headers.authorization?.replace(/^bearer\s+/i, "") ?? request.url.searchParams.get("_token");
    if (given !== this.#token) {
      this.counters.counts.unauthorized++;
      return { status: 401, body: { error: "WRONGPASS invalid or missing auth token" } };
    }
    if (!["POST", "GET", "PUT", "HEAD"].includes(request.method))
      return { status: 405, body: { error: "ERR method not allowed" } };
    try {
      const response = await this.#apply(request, isSideDoor);
      return { ...response, headers: { "upstash-sync-token": `local=${++this.#writes}` } };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { status: error instanceof TypeError ? 400 : 500, body: { error: `ERR ${message}` } };
    }
  }

  async #apply({ url, headers, body }: EndpointRequest, isSideDoor: boolean): Promise<EndpointResponse> {
    const base64 = headers["upstash-encoding"] === "base64";
    const path = url.pathname;
    if (path === "/pipeline" || path === "/multi-exec") {
      return this.#applyAll(parseCommands(body), { isTransaction: path === "/multi-exec", base64, isSideDoor });
    }
    const command = path === "/" ? parseCommand(body) : commandOfPath(path, body);
    this.#count([command]);
    const [outcome = { error: `ERR ${NO_REPLY}` }] = await this.#run([command], isSideDoor);
    if ("error" in outcome) this.counters.counts.errors++;
    return { status: "error" in outcome ? 400 : 200, body: encodeOutcome(outcome, base64) };
  }

  async #applyAll(
    commands: string[][],
    { isTransaction, base64, isSideDoor }: { isTransaction: boolean; base64: boolean; isSideDoor: boolean },
  ): Promise<EndpointResponse> {
    const { counts } = this.counters;
    this.#count(commands);
    if (isTransaction) {
      counts.transactions++;
      await this.replica?.follow(commands);
    } else counts.pipelines++;
    const outcomes = await (isTransaction ? this.#backend.transaction(commands) : this.#run(commands, isSideDoor));
    if (!Array.isArray(outcomes)) {
      counts.errors++;
      return { status: 400, body: outcomes };
    }
    counts.errors += outcomes.filter((outcome) => "error" in outcome).length;
    return { status: 200, body: outcomes.map((outcome) => encodeOutcome(outcome, base64)) };
  }

  /** Runs a pipeline. If there is a replica, it serves pipelines that only read. */
  async #run(commands: string[][], isSideDoor: boolean): Promise<Outcome[]> {
    if (this.replica && !isSideDoor && commands.every((command) => isRead(command))) return this.replica.run(commands);
    await this.replica?.follow(commands);
    return this.#backend.pipeline(commands);
  }

  #count(commands: string[][]): void {
    const { counts } = this.counters;
    for (const [name = ""] of commands) {
      const upper = name.toUpperCase();
      counts.commands++;
      counts.byCommand[upper] = (counts.byCommand[upper] ?? 0) + 1;
    }
  }
}
