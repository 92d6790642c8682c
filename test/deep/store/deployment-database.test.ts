/** `burgee migrate` and `burgee admin-token` of the packed tarball, in a deployment's folder, with a real Postgres. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDeploymentFolder, PATIENCE_MS, runBurgee, startDev } from "../../support/package/deployment-folder.ts";
import { type InstalledPackage, installPackage } from "../../support/package/package.ts";

const SERVER = process.env["TEST_DATABASE_URL"];

describe.skipIf(SERVER === undefined)("the commands for a database", () => {
  const KEY_SECRET = "k".repeat(32);
  const names: string[] = [];
  let installed: InstalledPackage;
  let folder: string;
  let journal: string;

  const onServer = async (sql: string) => {
    const client = new Client({ connectionString: SERVER });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  const urlOf = (name: string) => Object.assign(new URL(SERVER ?? ""), { pathname: `/${name}` }).href;

  async function createDatabase(): Promise<string> {
    const name = `burgee_folder_${process.pid}_${names.length}`;
    await onServer(`create database ${name}`);
    names.push(name);
    return urlOf(name);
  }

  const burgee = (args: readonly string[], env: object = {}) => runBurgee(folder, args, { KEY_SECRET, ...env });
  const migrate = async (DATABASE_URL: string) => (await burgee(["migrate"], { DATABASE_URL })).stdout;

  beforeAll(async () => {
    installed = await installPackage();
    folder = await makeDeploymentFolder(installed);
    journal = join(folder, "node_modules/burgee/migrations/meta/_journal.json");
  });
  afterAll(async () => {
    for (const name of names) await onServer(`drop database if exists ${name} with (force)`);
    await installed?.remove();
  });

  const tagsIn = async () => (JSON.parse(await readFile(journal, "utf8")) as { entries: { tag: string }[] }).entries;

  test("migrate an empty database, and find nothing to do in it afterwards", async () => {
    const url = await createDatabase();
    const tags = await tagsIn();
    expect(await migrate(url)).toBe(["applied:", ...tags.map(({ tag }) => `  migrations/${tag}.sql`), ""].join("\n"));
    expect(await migrate(url)).toBe("nothing to apply\n");
  });

  test("make the first token, which the worker of the package accepts", { timeout: 2 * PATIENCE_MS }, async () => {
    const DATABASE_URL = await createDatabase();
    await migrate(DATABASE_URL);
    const dev = await startDev(folder, { DATABASE_URL });
    try {
      const state = JSON.parse(await readFile(join(folder, ".burgee/state.json"), "utf8")) as { keySecret: string };
      const made = await burgee(["admin-token", "--name", "First"], { DATABASE_URL, KEY_SECRET: state.keySecret });
      expect(made.stdout).toMatch(/^bga_write_\S+\n$/);
      expect(made.stderr).toContain("cannot be shown again");
      const env = { BURGEE_URL: `http://127.0.0.1:${dev.port}`, BURGEE_TOKEN: made.stdout.trim() };
      expect((await burgee(["tokens", "list"], env)).stdout).toContain("First");
      await burgee(["flags", "create", "made-by-token", "-e", "production"], env);
      expect((await burgee(["flags", "list", "-e", "production"], env)).stdout).toContain("made-by-token");
    } finally {
      await dev.stop();
    }
  });

  test("bring the database of an older release up to date, and ask for it before that", async () => {
    const url = await createDatabase();
    const newest = await readFile(journal, "utf8");
    const all = JSON.parse(newest) as { entries: { tag: string }[] };
    await writeFile(journal, JSON.stringify({ ...all, entries: all.entries.slice(0, 8) }));
    expect(await migrate(url)).toContain("0007_overrides");
    await writeFile(journal, newest);

    await expect(burgee(["admin-token"], { DATABASE_URL: url })).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("check that all migrations are applied"),
    });
    const applied = await migrate(url);
    expect(applied).not.toContain("0007_overrides");
    expect(applied).toContain(all.entries.at(-1)?.tag);
    expect((await burgee(["admin-token"], { DATABASE_URL: url })).stdout).toMatch(/^bga_write_\S+\n$/);
  });

  test("say which database refuses the connection, and why", async () => {
    const absent = { DATABASE_URL: urlOf("no_such_database") };
    for (const command of ["migrate", "admin-token"])
      await expect(burgee([command], absent)).rejects.toMatchObject({
        code: 5,
        stdout: "",
        stderr: expect.stringMatching(
          /^burgee: the database at \S+ refuses the connection: database "no_such_database" does not exist\./,
        ),
      });
  });
});
