import { join } from "node:path";
import { migrate } from "drizzle-orm/neon-http/migrator";
import { Client } from "pg";
import { startNeonEndpoint, type NeonEndpoint } from "../../../dev/postgres/neon-endpoint.ts";
import { borrowDatabase } from "../../support/backends/shared-database.ts";
import type { Condition, FlagConfiguration, FlagDefinition } from "../../../src/flags/document.ts";
import { createDatabase, type StoreDatabase } from "../../../src/store/client.ts";
import type { FlagWrite, SegmentWrite } from "../../../src/store/inputs.ts";

export interface TestStore {
  db: StoreDatabase;
  endpoint: NeonEndpoint;
  /** Runs SQL as psql would. Several statements are one transaction. */
  exec(sqlText: string): Promise<void>;
  rows<Row = Record<string, unknown>>(sqlText: string, params?: unknown[]): Promise<Row[]>;
  /** Empties the environments prod, dev and staging. Their versions continue. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** The embedded Postgres, and the server that TEST_DATABASE_URL names, if any. The tests create a database there. */
export const BACKENDS: [name: string, databaseUrl: string | undefined][] = [["PGlite", undefined]];
if (process.env["TEST_DATABASE_URL"]) BACKENDS.push(["Postgres", process.env["TEST_DATABASE_URL"]]);

export async function startStore(serverUrl: string | undefined): Promise<TestStore> {
  const database = serverUrl === undefined ? undefined : await createTestDatabase(serverUrl);
  const endpoint = await startNeonEndpoint(
    database ? { databaseUrl: database.url } : { database: await borrowDatabase() },
  );
  const db = createDatabase(endpoint.connectionString, { fetchEndpoint: endpoint.url, timeoutMs: 60_000 });
  await migrate(db, { migrationsFolder: join(import.meta.dirname, "../../../migrations") });
  return {
    db,
    endpoint,
    exec: (sqlText) => endpoint.exec(sqlText),
    rows: (sqlText, params) => endpoint.query(sqlText, params),
    reset: () =>
      endpoint.exec(`
        begin;
        delete from flag_configurations;
        delete from segments;
        delete from sdk_keys;
        delete from flags;
        delete from environments;
        commit;
        insert into environments (key, name) values ('prod', 'Production'), ('dev', 'Development'), ('staging', 'Staging');
        update outbox set done_at = now();`),
    close: async () => {
      await endpoint.close();
      await database?.drop();
    },
  };
}

async function createTestDatabase(serverUrl: string) {
  const name = `burgee_test_${process.pid}_${Date.now().toString(36)}`;
  const run = async (statement: string) => {
    const client = new Client({ connectionString: serverUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await run(`create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run(`drop database ${name} with (force)`) };
}

/** Creates a boolean flag that serves "on" to everyone. */
export function aFlag(
  key: string,
  configuration: Partial<FlagConfiguration> = {},
  definition: Partial<FlagDefinition> = {},
): FlagWrite {
  return {
    definition: {
      key,
      kind: "flag",
      type: "boolean",
      variants: { on: true, off: false },
      clientVisible: true,
      metadata: {},
      ...definition,
    },
    configuration: {
      enabled: true,
      offVariant: "off",
      default: { variant: "on" },
      rules: [],
      prerequisites: [],
      ...configuration,
    },
  };
}

export function aSegment(
  key: string,
  condition: Condition = { attribute: "email", operator: "ends_with", values: ["@acme.com"] },
): SegmentWrite {
  return { key, condition };
}
