/**
 * A local replacement for Neon's HTTP endpoint. It speaks the protocol of `@neondatabase/serverless`, over PGlite or
 * Postgres.
 */
import { type BackedEndpoint, startBackedEndpoint } from "../endpoints/backed-endpoint.ts";
import { Counters, type RequestCounts } from "../endpoints/counters.ts";
import type { EndpointRequest, EndpointResponse } from "../endpoints/http-body.ts";
import { type DatabaseBackend, openPglite, openPostgres, type StatementResult } from "./neon-backends.ts";
import { LOCAL_CONNECTION_STRING } from "./neon-connection.ts";
import {
  beginStatement,
  parseRows,
  parseWireRequest,
  toTextParam,
  writeDatabaseError,
  writeResult,
  type WireStatement,
} from "./neon-wire.ts";
import type { UnderWayStats } from "../endpoints/under-way.ts";

export interface NeonEndpointOptions {
  /** Default: any free port. */
  port?: number;
  /** PGlite's directory. Default: in memory. Ignored with `databaseUrl`. */
  dataDir?: string;
  /** A real Postgres to use instead of PGlite. */
  databaseUrl?: string;
  /** A database that is open already; `close` closes it. */
  database?: DatabaseBackend | undefined;
}

interface NeonCounts extends RequestCounts {
  /** Applied requests with a single statement. */
  queries: number;
  /** Applied requests with a batch of statements. */
  batches: number;
  /** All statements of `queries` and `batches`, without BEGIN and COMMIT. */
  statements: number;
  /** Requests that the database or the protocol refused. */
  errors: number;
  /** `statements` by their first word in lower case: select, insert, with, update… */
  byKind: Record<string, number>;
}

export type NeonStats = NeonCounts & { underWay: UnderWayStats };

/** The endpoint. Its `url` is meant for `neonConfig.fetchEndpoint`. */
export interface NeonEndpoint extends BackedEndpoint<NeonCounts> {
  /** The connection string for `neon()`. The endpoint accepts any credentials. */
  connectionString: string;
  /** Runs one statement directly, uncounted and without faults. Returns the rows as the driver would parse them. */
  query<Row = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>;
  /** Runs SQL text with any number of statements as one transaction, uncounted and without faults. */
  exec(sqlText: string): Promise<void>;
}

/** Bodies in Neon's form that cannot be the result of any statement of the worker. */
const WRONG_BODIES = [
  { rows: [], rowCount: 0 },
  { fields: [], rows: "none", command: "SELECT", rowCount: 0, rowAsArray: true },
  singleValue("int4", 23, "1"),
  singleValue("result", 3802, '{"a":1}'),
  singleValue("result", 3802, "[]"),
  singleValue("result", 25, "OK"),
  { results: [] },
  { results: [singleValue("int4", 23, "1")] },
];

/** Returns the response body for a statement that selects one value. */
function singleValue(name: string, dataTypeID: number, text: string): object {
  const field = { name, dataTypeID, tableID: 0, columnID: 0, dataTypeSize: -1, dataTypeModifier: -1, format: "text" };
  return { command: "SELECT", rowCount: 1, rowAsArray: true, fields: [field], rows: [[text]] };
}

const noCounts = (): NeonCounts => ({
  requests: 0,
  faulted: 0,
  queries: 0,
  batches: 0,
  statements: 0,
  errors: 0,
  byKind: {},
});

export async function startNeonEndpoint(options: NeonEndpointOptions = {}): Promise<NeonEndpoint> {
  const { databaseUrl, dataDir } = options;
  const backend =
    options.database ?? (databaseUrl === undefined ? await openPglite(dataDir) : openPostgres(databaseUrl));
  const service = new NeonService(backend);
  const endpoint = await startBackedEndpoint({
    backend,
    path: "/sql",
    port: options.port,
    handle: (request) => service.handle(request),
    counters: service.counters,
    injectedError: { status: 500, body: { message: "injected fault" } },
    wrongBodies: WRONG_BODIES,
  });
  return {
    ...endpoint,
    connectionString: LOCAL_CONNECTION_STRING,
    query: async <Row>(sql: string, params: unknown[] = []) => {
      const results = await backend.run([{ text: sql, params: params.map((param) => toTextParam(param)) }]);
      return parseRows<Row>(first(results));
    },
    exec: (sqlText) => backend.exec(sqlText),
  };
}

/** Serves Neon's HTTP protocol from a database. */
class NeonService {
  readonly counters = new Counters(noCounts);
  readonly #backend: DatabaseBackend;

  constructor(backend: DatabaseBackend) {
    this.#backend = backend;
  }

  async handle(request: EndpointRequest): Promise<EndpointResponse> {
    if (request.url.pathname !== "/sql") return { status: 404, body: { message: "unknown path; use /sql" } };
    if (request.method !== "POST") return { status: 405, body: { message: "method not allowed; use POST" } };
    try {
      if (!/^postgres(ql)?:\/\//.test(String(request.headers["neon-connection-string"]))) {
        throw new TypeError("the header Neon-Connection-String must hold a postgres:// URL");
      }
      return await this.#apply(request);
    } catch (error) {
      this.counters.counts.errors++;
      const body = writeDatabaseError(error);
      if (body) return { status: 400, body };
      if (error instanceof TypeError) return { status: 400, body: { message: error.message, code: null } };
      return { status: 500, body: { message: error instanceof Error ? error.message : String(error) } };
    }
  }

  async #apply({ headers, body }: EndpointRequest): Promise<EndpointResponse> {
    const { batch, statements } = parseWireRequest(body);
    const begin = batch ? beginStatement(headers) : "";
    this.#count(batch, statements);
    const mode = (statement: WireStatement | undefined) => ({
      rawText: headers["neon-raw-text-output"] === "true",
      arrayMode: statement?.arrayMode ?? headers["neon-array-mode"] === "true",
    });
    const run = batch ? [{ text: begin, params: [] }, ...statements, { text: "COMMIT", params: [] }] : statements;
    const results = await this.#backend.run(run);
    if (!batch) return { status: 200, body: writeResult(first(results), mode(statements[0])) };
    // The client sent neither BEGIN nor COMMIT, so it gets no result for them.
    const ofStatements = results.slice(1, -1);
    return {
      status: 200,
      body: { results: ofStatements.map((result, i) => writeResult(result, mode(statements[i]))) },
    };
  }

  #count(batch: boolean, statements: WireStatement[]): void {
    const { counts } = this.counters;
    if (batch) counts.batches++;
    else counts.queries++;
    for (const { text } of statements) {
      counts.statements++;
      const kind = firstWord(text);
      counts.byKind[kind] = (counts.byKind[kind] ?? 0) + 1;
    }
  }
}

function first(results: StatementResult[]): StatementResult {
  const [result] = results;
  if (!result) throw new Error("the database returned no result");
  return result;
}

/** Returns the statement's first word in lower case, after any comments and opening parentheses. */
function firstWord(sql: string): string {
  const word = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*([a-z]+)/i.exec(sql)?.[1];
  return word?.toLowerCase() ?? "other";
}
