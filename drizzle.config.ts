import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: [
    "./src/store/tables.ts",
    "./src/store/derived-tables.ts",
    "./src/store/usage/usage-tables.ts",
    "./src/store/webhooks/webhook-tables.ts",
    "./src/store/code-references/code-tables.ts",
  ],
  out: "./migrations",
});
