import type { NeonEndpoint } from "../../../dev/postgres/neon-endpoint.ts";

const TABLES = [
  "environments",
  "flags",
  "segments",
  "flag_configurations",
  "sdk_keys",
  "document_versions",
  "document_references",
  "reference_checks",
  "outbox",
  "purge_targets",
  "purge_confirmations",
  "audit",
  "audit_versions",
];

/** Saves the whole database. Returns a function that restores it without running triggers, as a real restore does. */
export async function takeBackup(neon: NeonEndpoint): Promise<() => Promise<void>> {
  const saved = new Map<string, string>();
  for (const table of TABLES) {
    const [row] = await neon.query<{ rows: string }>(
      `select coalesce(jsonb_agg(to_jsonb(t)), '[]')::text as rows from ${table} t`,
    );
    saved.set(table, row?.rows ?? "[]");
  }
  return async () => {
    const statements = [...saved].map(
      ([table, rows]) => `
        delete from ${table};
        insert into ${table} overriding system value
        select * from jsonb_populate_recordset(null::${table}, $backup$${rows}$backup$::jsonb);`,
    );
    await neon.exec(`begin; set local session_replication_role = replica; ${statements.join("\n")} commit;`);
  };
}
