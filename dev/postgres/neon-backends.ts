/** The two databases behind the local Neon endpoint. Both run the extended protocol and return raw Postgres text. */
import { protocol } from "@electric-sql/pglite";
import { type CustomTypesConfig, Pool, type PoolClient, type QueryArrayConfig } from "pg";
import { createPglite } from "./pglite-template.ts";

/** A parameter in Postgres' text format. */
export type TextParam = string | null;

export interface Statement {
  text: string;
  params: TextParam[];
}

export interface FieldDescription {
  name: string;
  dataTypeID: number;
  tableID: number;
  columnID: number;
  dataTypeSize: number;
  dataTypeModifier: number;
  format: "text";
}

export interface StatementResult {
  fields: FieldDescription[];
  rows: (string | null)[][];
  /** The first word of the command tag: SELECT, INSERT, CREATE… */
  command: string;
  /** `null` if the command tag has no count. */
  rowCount: number | null;
}

export interface DatabaseBackend {
  /**
   * Runs the statements in order on one connection; if there are several, the first begins a transaction. Throws the
   * first database error and runs no further statement.
   */
  run(statements: Statement[]): Promise<StatementResult[]>;
  /** Runs SQL text with any number of statements. They are one transaction unless the text has its own. */
  exec(sqlText: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the embedded Postgres. It has a single connection, so requests run one after the other. */
export async function openPglite(dataDir: string | undefined): Promise<DatabaseBackend> {
  const database = await createPglite(dataDir);
  const { serialize } = protocol;

  const runOne = async ({ text, params }: Statement): Promise<StatementResult> => {
    const message = Buffer.concat([
      serialize.parse({ text }),
      serialize.bind({ values: params }),
      serialize.describe({ type: "P" }),
      serialize.execute({}),
      serialize.sync(),
    ]);
    const { messages } = await database.execProtocol(message);
    const result: StatementResult = { fields: [], rows: [], command: "", rowCount: null };
    for (const message of messages) {
      if (message instanceof protocol.messages.RowDescriptionMessage) {
        result.fields = message.fields.map((field) => describeField(field));
      } else if (message instanceof protocol.messages.DataRowMessage) {
        result.rows.push(message.fields);
      } else if (message instanceof protocol.messages.CommandCompleteMessage) {
        const [command = "", ...counts] = message.text.split(" ");
        result.command = command;
        const count = counts.at(-1);
        result.rowCount = count !== undefined && /^\d+$/.test(count) ? Number(count) : null;
      }
    }
    return result;
  };

  // A request must not leave a transaction open for the next one.
  const endTransaction = async (): Promise<void> => {
    if (database.isInTransaction()) await runOne({ text: "ROLLBACK", params: [] });
  };

  return {
    run: (statements) =>
      database.runExclusive(async () => {
        const results: StatementResult[] = [];
        try {
          for (const statement of statements) results.push(await runOne(statement));
        } finally {
          await endTransaction();
        }
        return results;
      }),
    exec: (sqlText) =>
      database.runExclusive(async () => {
        try {
          await database.execProtocol(serialize.query(sqlText));
        } finally {
          await endTransaction();
        }
      }),
    close: () => database.close(),
  };
}

/** Connects to a real Postgres through a pool, so requests run concurrently. */
export function openPostgres(databaseUrl: string): DatabaseBackend {
  // Without the pipeline, this process, which isolates share in tests and benchmarks, would hold the locks of a write
  // for eight turns of its event loop.
  const pool = new Pool({ connectionString: databaseUrl, max: 20, pipeline: true });
  // The process must survive when the server closes an idle connection.
  pool.on("error", () => {});

  const runOne = async (client: PoolClient, { text, params }: Statement): Promise<StatementResult> => {
    const query: QueryArrayConfig & { queryMode: "extended" } = {
      text,
      values: params,
      rowMode: "array",
      types: RAW_TEXT,
      queryMode: "extended",
    };
    const result = await client.query<(string | null)[]>(query);
    return {
      fields: result.fields.map((field) => describeField(field)),
      rows: result.rows,
      command: result.command ?? "",
      rowCount: result.rowCount,
    };
  };

  const withClient = async <Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> => {
    const client = await pool.connect();
    try {
      return await work(client);
    } finally {
      // A request must not leave a transaction open for the next one. The pool discards a broken connection.
      const idle = transactionStatus(client) === "I";
      const rolledBack = () =>
        client.query("ROLLBACK").then(
          () => true,
          () => false,
        );
      client.release(!(idle || (await rolledBack())));
    }
  };

  return {
    run: ([first, ...others]) =>
      withClient(async (client) => {
        if (first === undefined) return [];
        // If BEGIN fails, the other statements must not run. If one of those fails, Postgres refuses the rest.
        const begun = await runOne(client, first);
        const rest = others.map((statement) => runOne(client, statement));
        await Promise.allSettled(rest);
        return [begun, ...(await Promise.all(rest))];
      }),
    exec: (sqlText) =>
      withClient(async (client) => {
        await client.query(sqlText);
      }),
    close: () => pool.end(),
  };
}

/** The method exists since pg 8.22, but its types lack it. */
function transactionStatus(client: PoolClient): string | null {
  return (client as unknown as { getTransactionStatus(): string | null }).getTransactionStatus();
}

const RAW_TEXT = { getTypeParser: () => (value: string) => value } as unknown as CustomTypesConfig;

function describeField(field: Omit<FieldDescription, "format">): FieldDescription {
  const { name, dataTypeID, tableID, columnID, dataTypeSize, dataTypeModifier } = field;
  return { name, dataTypeID, tableID, columnID, dataTypeSize, dataTypeModifier, format: "text" };
}
