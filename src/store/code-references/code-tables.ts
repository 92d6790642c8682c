/** The tables of references to flags in code, which `burgee refs scan` counts. They hold counts and never code. */
import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { at, flags } from "../tables.ts";

/** The repositories that were scanned, each with its last scan. */
export const codeRepositories = pgTable(
  "code_repositories",
  {
    name: text("name").primaryKey(),
    commit: text("commit").notNull(),
    scannedAt: at("scanned_at")
      .notNull()
      .default(sql`now()`),
  },
  (t) => [
    check("code_repositories_name_check", sql`length(${t.name}) between 1 and 200`),
    check("code_repositories_commit_check", sql`length(${t.commit}) between 1 and 100`),
  ],
);

/** How often each flag occurs in the last scan of each repository. Exported for drizzle-kit. */
export const codeReferences = pgTable(
  "code_references",
  {
    repository: text("repository").notNull(),
    flagKey: text("flag_key").notNull(),
    count: integer("count").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.repository, t.flagKey] }),
    foreignKey({ columns: [t.repository], foreignColumns: [codeRepositories.name] }).onDelete("cascade"),
    foreignKey({ columns: [t.flagKey], foreignColumns: [flags.key] }).onDelete("cascade"),
    index("code_references_flag_key_index").on(t.flagKey),
    check("code_references_count_check", sql`${t.count} > 0`),
  ],
);
