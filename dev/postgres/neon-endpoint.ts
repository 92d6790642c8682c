/** A local stand-in for Neon's HTTP endpoint: the protocol of `@neondatabase/serverless` over PGlite or Postgres. */
import type { Faults } from "../endpoints/faults.ts";
import {
  type EndpointAnswer,
  type EndpointRequest,
  startBackedEndpoint,
  startHttpEndpoint,
} from "../endpoints/http-endpoint.ts";
import { openPglite, openPostgres, type StatementResult } from "./neon-backends.ts";
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
import { UnderWay, type UnderWayStats } from "../endpoints/under-way.ts";

export interface NeonEndpointOptions {
  /** Absent: any free port. */
  port?: number;
  /** PGlite's directory. Absent: in memory. Ignored with `databaseUrl`. */
  dataDir?: string;
  /** A real Postgres to front instead of PGlite. */
  databaseUrl?: string;
}

export interface NeonStats {
  /** HTTP requests to /sql, also those that a fault swallowed. */
  requests: number;
  /** Of these, hit by a fault. */
  faulted: number;
  /** Applied requests with one statement outside a batch. */
  queries: number;
  /** Applied batches, one each however many statements they hold. */
  batches: number;
  /** Statements in `queries` and `batches` together, without BEGIN and COMMIT. */
  statements: number;
  /** Requests that the database or the protocol refused. */
  errors: number;
  /** `statements` by their first word in lower case: select, insert, with, update… */
  byKind: Record<string, number>;
  underWay: UnderWayStats;
}

export interface NeonEndpoint {
  /** For `neonConfig.fetchEndpoint`. */
  url: string;
  port: number;
  /** For `neon()`; the endpoint takes any credentials. */
  connectionString: string;
  /** Runs one statement past the HTTP layer: not counted, not faulted. Rows as the driver would parse them. */
  query<Row = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>;
  /** Runs SQL text that may hold many statements, as one transaction; not counted, not faulted. */
  exec(sqlText: string): Promise<void>;
  stats(): NeonStats;
  resetStats(): void;
  setFaults(faults: Faults): void;
  /** Another port to the same database, that no fault of this endpoint hits: how others reach it. Answers its URL. */
  openSideDoor(): Promise<string>;
  close(): Promise<void>;
}

/** Answers to other questions than the worker asks. */
const WRONG_BODIES = [
  { rows: [], rowCount: 0 },
  { fields: [], rows: "none", command: "SELECT", rowCount: 0, rowAsArray: true },
  one("int4", 23, "1"),
  one("result", 3802, '{"a":1}'),
  one("result", 3802, "[]"),
  one("result", 25, "OK"),
  { results: [] },
  { results: [one("int4", 23, "1")] },
];

/** The answer to a statement that selects one value. */
function one(name: string, dataTypeID: number, text: string): object {
  const field = { name, dataTypeID, tableID: 0, columnID: 0, dataTypeSize: -1, dataTypeModifier: -1, format: "text" };
  return { command: "SELECT", rowCount: 1, rowAsArray: true, fields: [field], rows: [[text]] };
}

const noStats = (): Omit<NeonStats, "underWay"> => ({
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
  const backend = databaseUrl === undefined ? await openPglite(dataDir) : openPostgres(databaseUrl);
  let stats = noStats();
  const underWay = new UnderWay();

  const count = (batch: boolean, statements: WireStatement[]): void => {
    if (batch) stats.batches++;
    else stats.queries++;
    for (const { text } of statements) {
      stats.statements++;
      const kind = firstWord(text);
      stats.byKind[kind] = (stats.byKind[kind] ?? 0) + 1;
    }
  };

  const apply = async ({ headers, body }: EndpointRequest): Promise<EndpointAnswer> => {
    const { batch, statements } = parseWireRequest(body);
    const begin = batch ? beginStatement(headers) : "";
    count(batch, statements);
    const mode = (statement: WireStatement | undefined) => ({
      rawText: headers["neon-raw-text-output"] === "true",
      arrayMode: statement?.arrayMode ?? headers["neon-array-mode"] === "true",
    });
    const run = batch ? [{ text: begin, params: [] }, ...statements, { text: "COMMIT", params: [] }] : statements;
    const results = await backend.run(run);
    if (!batch) return { status: 200, body: writeResult(first(results), mode(statements[0])) };
    const answered = results.slice(1, -1);
    return { status: 200, body: { results: answered.map((result, i) => writeResult(result, mode(statements[i]))) } };
  };

  const handle = async (request: EndpointRequest): Promise<EndpointAnswer> => {
    if (request.url.pathname !== "/sql") return { status: 404, body: { message: "the path is /sql" } };
    if (request.method !== "POST") return { status: 405, body: { message: "the method is POST" } };
    try {
      if (!/^postgres(ql)?:\/\//.test(String(request.headers["neon-connection-string"]))) {
        throw new TypeError("the header Neon-Connection-String must hold a postgres:// URL");
      }
      return await apply(request);
    } catch (error) {
      stats.errors++;
      const body = writeDatabaseError(error);
      if (body) return { status: 400, body };
      if (error instanceof TypeError) return { status: 400, body: { message: error.message, code: null } };
      return { status: 500, body: { message: error instanceof Error ? error.message : String(error) } };
    }
  };

  const statsNow = (): NeonStats => ({ ...structuredClone(stats), underWay: underWay.stats() });
  const resetStats = (): void => {
    stats = noStats();
    underWay.reset();
  };

  const endpoint = await startBackedEndpoint(backend, (isAside) =>
    startHttpEndpoint({
      port: isAside ? undefined : options.port,
      handle,
      counted: () => stats,
      stats: statsNow,
      resetStats,
      underWay,
      injectedError: { status: 500, body: { message: "injected fault" } },
      wrongBodies: WRONG_BODIES,
    }),
  );

  return {
    url: `http://127.0.0.1:${endpoint.port}/sql`,
    port: endpoint.port,
    connectionString: LOCAL_CONNECTION_STRING,
    query: async <Row>(sql: string, params: unknown[] = []) => {
      const results = await backend.run([{ text: sql, params: params.map((param) => toTextParam(param)) }]);
      return parseRows<Row>(first(results));
    },
    exec: (sqlText) => backend.exec(sqlText),
    stats: statsNow,
    resetStats,
    setFaults: endpoint.setFaults,
    openSideDoor: async () => `http://127.0.0.1:${await endpoint.openSideDoor()}/sql`,
    close: endpoint.close,
  };
}

function first(results: StatementResult[]): StatementResult {
  const [result] = results;
  if (!result) throw new Error("the database gave no result");
  return result;
}

/** The statement's first word, past comments and opening brackets. */
function firstWord(sql: string): string {
  const word = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*([a-z]+)/i.exec(sql)?.[1];
  return word?.toLowerCase() ?? "other";
}
