/** Neon's HTTP protocol over a database, without a port. */
import { Counters, type RequestCounts } from "../endpoints/counters.ts";
import type { EndpointRequest, EndpointResponse } from "../endpoints/http-body.ts";
import type { DatabaseBackend, StatementResult } from "./neon-backends.ts";
import { beginStatement, parseWireRequest, writeDatabaseError, writeResult, type WireStatement } from "./neon-wire.ts";

export interface NeonCounts extends RequestCounts {
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

const noCounts = (): NeonCounts => ({
  requests: 0,
  faulted: 0,
  queries: 0,
  batches: 0,
  statements: 0,
  errors: 0,
  byKind: {},
});

/** Serves Neon's HTTP protocol from a database. */
export class NeonService {
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
    if (!batch) return { status: 200, body: writeResult(firstOf(results), mode(statements[0])) };
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

/** @throws Error there is none */
export function firstOf(results: StatementResult[]): StatementResult {
  const [result] = results;
  if (!result) throw new Error("the database returned no result");
  return result;
}

/** Returns the statement's first word in lower case, after any comments and opening parentheses. */
function firstWord(sql: string): string {
  const word = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*([a-z]+)/i.exec(sql)?.[1];
  return word?.toLowerCase() ?? "other";
}
