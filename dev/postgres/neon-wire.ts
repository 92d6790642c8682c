/** Neon's HTTP protocol: parses the body and the headers of requests and writes results. */
import { types } from "pg";
import type { FieldDescription, Statement, StatementResult, TextParam } from "./neon-backends.ts";

export interface WireStatement extends Statement {
  /** The statement's own `arrayMode`. If it is `undefined`, the header decides. */
  arrayMode: boolean | undefined;
}

export type WireRequest = { batch: false; statements: [WireStatement] } | { batch: true; statements: WireStatement[] };

const ISOLATION_LEVELS: Record<string, string> = {
  ReadUncommitted: "READ UNCOMMITTED",
  ReadCommitted: "READ COMMITTED",
  RepeatableRead: "REPEATABLE READ",
  Serializable: "SERIALIZABLE",
};

/** @throws TypeError that names the error in the body */
export function parseWireRequest(body: string): WireRequest {
  let input: unknown;
  try {
    input = JSON.parse(body);
  } catch {
    throw new TypeError("request body is not JSON");
  }
  if (typeof input === "object" && input !== null && "queries" in input) {
    if (!Array.isArray(input.queries)) throw new TypeError("`queries` must be an array");
    return { batch: true, statements: input.queries.map((query) => parseStatement(query)) };
  }
  return { batch: false, statements: [parseStatement(input)] };
}

function parseStatement(input: unknown): WireStatement {
  const { query, params = [], arrayMode } = (input ?? {}) as Record<string, unknown>;
  if (typeof query !== "string") throw new TypeError("`query` must be a string");
  if (!Array.isArray(params)) throw new TypeError("`params` must be an array");
  return {
    text: query,
    params: params.map((param) => toTextParam(param)),
    arrayMode: typeof arrayMode === "boolean" ? arrayMode : undefined,
  };
}

/** Converts null to NULL, arrays to Postgres array literals and everything but strings to JSON text. */
export function toTextParam(value: unknown): TextParam {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  return Array.isArray(value) ? toArrayLiteral(value) : JSON.stringify(value);
}

function toArrayLiteral(values: unknown[]): string {
  const items = values.map((value) => {
    if (value === null) return "NULL";
    if (Array.isArray(value)) return toArrayLiteral(value);
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  });
  return `{${items.join(",")}}`;
}

/** Returns the `BEGIN …` that the batch headers ask for. */
export function beginStatement(headers: Record<string, string | string[] | undefined>): string {
  const parts = ["BEGIN"];
  const level = headers["neon-batch-isolation-level"];
  if (level !== undefined) {
    const sql = ISOLATION_LEVELS[String(level)];
    if (!sql) throw new TypeError(`invalid isolation level "${String(level)}"`);
    parts.push("ISOLATION LEVEL", sql);
  }
  if (headers["neon-batch-read-only"] === "true") parts.push("READ ONLY");
  if (headers["neon-batch-deferrable"] === "true") parts.push("DEFERRABLE");
  return parts.join(" ");
}

export interface OutputMode {
  /** Whether rows are arrays instead of objects. */
  arrayMode: boolean;
  /** Whether values are Postgres text instead of JSON. */
  rawText: boolean;
}

export function writeResult(result: StatementResult, mode: OutputMode): object {
  const { fields, command, rowCount } = result;
  const parsers = mode.rawText ? undefined : fields.map((field) => jsonParser(field));
  const rows = result.rows.map((row) => {
    const values = parsers ? row.map((text, i) => (text === null ? null : parsers[i]?.(text))) : row;
    return mode.arrayMode ? values : Object.fromEntries(values.map((value, i) => [fields[i]?.name, value]));
  });
  return { command, rowCount, rows, fields, rowAsArray: mode.arrayMode };
}

/** Returns the rows as objects with JavaScript values, as the driver would parse them. */
export function parseRows<Row>(result: StatementResult): Row[] {
  return result.rows.map(
    (row) =>
      Object.fromEntries(
        row.map((text, i) => {
          const field = result.fields[i];
          return [field?.name, text === null ? null : parserOf(field?.dataTypeID ?? 25)(text)];
        }),
      ) as Row,
  );
}

/** Returns the driver's parser for a type. */
const parserOf = types.getTypeParser as (oid: number) => (text: string) => unknown;

const BOOL = 16;
/** int2, int4, float4, float8, json, jsonb */
const JSON_OIDS = new Set([21, 23, 700, 701, 114, 3802]);

function jsonParser({ dataTypeID }: FieldDescription): (text: string) => unknown {
  if (dataTypeID === BOOL) return (text) => text === "t";
  if (!JSON_OIDS.has(dataTypeID)) return (text) => text;
  // JSON has no NaN and no Infinity, so they stay text.
  return (text) => (/^-?(NaN|Infinity)$/.test(text) ? text : (JSON.parse(text) as unknown));
}

const ERROR_FIELDS =
  "code detail hint position internalPosition internalQuery severity where table column schema dataType constraint file line routine".split(
    " ",
  );

/** Returns Neon's error body for a database error, and `undefined` for any other error. */
export function writeDatabaseError(error: unknown): object | undefined {
  if (!(error instanceof Error) || !("severity" in error) || !("code" in error)) return undefined;
  const source = error as unknown as Record<string, unknown>;
  const body: Record<string, unknown> = { message: error.message };
  for (const name of ERROR_FIELDS) body[name] = source[name] ?? null;
  return body;
}
