import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, test } from "vitest";
import { malformed } from "../../support/malformed-settings.ts";

const root = join(import.meta.dirname, "../../..");
const SECRET = "qZ7xWv3Kp9Lm2Nt8Rb4Yc6Hd1Jf5Gs0A";
const NOWHERE = `postgresql://owner:${SECRET}@127.0.0.1:9/x`;

/** Runs a command and returns its exit code and everything that it printed. */
function run(script: string, args: string[], env: Record<string, string>): Promise<{ code: number; text: string }> {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  return new Promise((resolve) => {
    const options = { cwd: root, env: { ...inherited, BURGEE_DIR: join(root, "no-such-directory"), ...env } };
    const child = execFile(process.execPath, [join(root, script), ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, text: stdout + stderr }),
    );
  });
}

const COMMANDS: readonly [name: string, script: string][] = [
  ["npm run db:migrate", "dev/postgres/db-migrate.ts"],
  ["npm run snapshot", "dev/snapshot.ts"],
  ["npm run admin-token", "dev/admin-token.ts"],
  ["npm run dev", "dev/session/start.js"],
];

describe("commands", () => {
  const KEY_SECRET = "k".repeat(32);

  // Each value starts a process.
  const timeout = 180_000;
  test.each(COMMANDS)(
    "%s names a malformed DATABASE_URL, and does not repeat it",
    { timeout },
    async (_name, script) => {
      for (const value of malformed("DATABASE_URL", SECRET).filter((text) => !text.includes("\u0000"))) {
        const { code, text } = await run(script, [], { DATABASE_URL: value, KEY_SECRET, PORT: "1" });
        if (!text.includes("DATABASE_URL") || text.includes(SECRET) || code === 0)
          throw new Error(`${JSON.stringify(value)}: exit ${code}: ${text}`);
      }
    },
  );

  test.each(COMMANDS.slice(0, 3))("%s does not repeat the password of a database out of reach", async (_, script) => {
    const { code, text } = await run(script, [], {
      DATABASE_URL: NOWHERE,
      KEY_SECRET,
      NEON_HTTP_URL: "http://127.0.0.1:9",
    });
    if (code !== 1 || text.includes(SECRET) || text.includes("    at ")) throw new Error(`exit ${code}: ${text}`);
  });

  test("admin-token and snapshot speak Postgres' own protocol to a database that is not Neon's", async ({ expect }) => {
    for (const script of ["dev/admin-token.ts", "dev/snapshot.ts"]) {
      const { code, text } = await run(script, [], { DATABASE_URL: NOWHERE, KEY_SECRET });
      expect(code).toBe(1);
      expect(text).toMatch(/^the database at 127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\)/);
    }
  });

  test("db:migrate takes Neon's own connection string without a warning of the driver", async ({ expect }) => {
    const url = `${NOWHERE}?sslmode=require&channel_binding=require`;
    const { code, text } = await run("dev/postgres/db-migrate.ts", [], { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(text).toMatch(/^the database at 127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\)/);
    expect(text).not.toContain("WARNING");
  });

  test.each([
    ["--url", `https://me:${SECRET}@flags.example.com`],
    ["--url", `postgres://u:${SECRET}@db.example/x`],
    ["--flag", `bgs_production_${SECRET}`],
    [`--token=${SECRET}`, "x"],
  ])("watch:propagation %s does not repeat a secret", async (...args) => {
    const { code, text } = await run("dev/propagation/main.ts", args, { BURGEE_ADMIN_TOKEN: SECRET });
    if (code !== 2 || text.includes(SECRET)) throw new Error(`exit ${code}: ${text}`);
  });

  test.each([
    ["profiles", "set", "shop", "--url", `https://me:${SECRET}@flags.example.com`],
    ["profiles", "set", "shop", "--url", `psql 'postgres://u:${SECRET}@db.example/x'`],
    ["profiles", "set", "shop", "--url", `me:${SECRET}@flags.example.com`],
    ["env", "list", "--url", `postgres://u:${SECRET}@db.example/x`],
  ])("burgee %s %s names the option and does not repeat its value", async (...args) => {
    const { code, text } = await run("cli/burgee.js", args, { BURGEE_CONFIG: join(root, "no-such-file.yaml") });
    if (code !== 2 || text.includes(SECRET) || !text.includes("--url")) throw new Error(`exit ${code}: ${text}`);
  });
});
