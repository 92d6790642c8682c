/**
 * A local replacement for Neon's HTTP endpoint. It speaks the protocol of `@neondatabase/serverless`, over PGlite or
 * Postgres.
 */
import { type BackedEndpoint, startBackedEndpoint } from "../endpoints/backed-endpoint.ts";
import { type DatabaseBackend, openPglite, openPostgres } from "./neon-backends.ts";
import { LOCAL_CONNECTION_STRING } from "./neon-connection.ts";
import { firstOf, type NeonCounts, NeonService } from "./neon-service.ts";
import { parseRows, toTextParam } from "./neon-wire.ts";
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
      return parseRows<Row>(firstOf(results));
    },
    exec: (sqlText) => backend.exec(sqlText),
  };
}
