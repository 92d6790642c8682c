import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backends } from "../../../dev/endpoints/backends.ts";
import { startTestBackends } from "../../support/backends/backends.ts";
import { projectDocuments, readProjectFile } from "../../../dev/project/project-file.ts";
import { EXAMPLE_PROJECT, seedProject, type SeededKeys } from "../../../dev/project/seed.ts";
import type { FlagDocument } from "../../../src/flags/document.ts";
import { hashSecret, verifyToken } from "../../../src/ops/token.ts";
import { createDatabase, type StoreDatabase } from "../../../src/store/client.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import { createEnvironment } from "../../../src/store/writes/environments.ts";
import { listTokens } from "../../../src/store/writes/tokens.ts";

const SECRET = "0123456789abcdef0123456789abcdef";

let backends: Backends;
let db: StoreDatabase;
let keys: SeededKeys;

beforeAll(async () => {
  backends = await startTestBackends();
  db = createDatabase(backends.bindings.DATABASE_URL, {
    timeoutMs: 30_000,
    fetchEndpoint: backends.bindings.NEON_HTTP_URL,
  });
  keys = await seedProject(db, SECRET);
});

afterAll(() => backends?.close());

/** Removes the parts that the file does not determine: the version, and the order of variants, which jsonb drops. */
function comparable(document: FlagDocument): FlagDocument {
  const dependencies = Object.entries(document.dependencies ?? {});
  return {
    ...document,
    version: 0,
    dependencies: Object.fromEntries(
      dependencies.map(([key, flag]) => [key, { ...flag, variants: flag.variants.toSorted() }]),
    ),
  };
}

const byKey = (documents: FlagDocument[]) => new Map(documents.map((document) => [document.key, document]));

describe("seedProject", () => {
  it.each(["production", "staging"])("writes %s as in the file, at a single version", async (environment) => {
    const reading = await createFlagReader(db).readEnvironment(environment);
    const expected = projectDocuments(await readProjectFile(EXAMPLE_PROJECT), environment, 0);
    const versions = new Set([...(reading?.flags.values() ?? [])].map((document) => document?.version));
    expect(versions.size).toBe(1);
    const found = [...(reading?.flags.values() ?? [])].map((document) => comparable(document!));
    expect(byKey(found)).toEqual(byKey(expected.map(comparable)));
  });

  it("returns keys that verify and that are in the environment's key table", async () => {
    for (const [environment, { clientKey, serverKey }] of Object.entries(keys.environments)) {
      const table = (await createFlagReader(db).readFlags(environment, []))?.keys ?? {};
      for (const [kind, token] of [
        ["client", clientKey],
        ["server", serverKey],
      ] as const) {
        const parts = await verifyToken([SECRET], token);
        expect(parts).toMatchObject({ kind, environment });
        expect(table[parts!.id]).toEqual({ kind, hash: await hashSecret(parts!.secret), origins: [] });
      }
    }
    const admin = await verifyToken([SECRET], keys.adminToken);
    expect(admin).toMatchObject({ kind: "admin", role: "write" });
    expect((await listTokens(db, { limit: 200 })).items.map(({ id }) => id)).toContain(admin!.id);
  });

  it("leaves existing environments unchanged and returns new keys", async () => {
    await backends.neon.exec("update flag_configurations set enabled = false where flag_key = 'new-shell'");
    const again = await seedProject(db, SECRET);
    const reading = await createFlagReader(db).readFlags("production", ["new-shell"]);
    expect(reading?.flags.get("new-shell")).toMatchObject({ enabled: false });
    expect(again.environments["production"]).not.toEqual(keys.environments["production"]);
  });
});

describe("an interrupted seed", () => {
  it("is completed by the next one", async () => {
    await createEnvironment(db, { key: "staging-2", name: "Staging" }, { actor: "seed" });
    const text = (await readFile(EXAMPLE_PROJECT, "utf8")).replaceAll(/\bstaging\b/g, "staging-2");
    const path = join(await mkdtemp(join(tmpdir(), "burgee-seed-")), "project.yaml");
    await writeFile(path, text);
    await seedProject(db, SECRET, path);
    expect((await createFlagReader(db).readEnvironment("staging-2"))?.flags.size).toBeGreaterThan(0);
  });
});

describe("npm run admin-token", () => {
  const run = (env: Record<string, string>, ...args: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, "../../../dev/admin-token.ts"), ...args], {
      env: { PATH: process.env["PATH"] ?? "", ...env },
    });

  it("prints only a token with the requested role on standard output", async () => {
    const { stdout } = await run(
      { ...backends.bindings, KEY_SECRET: SECRET },
      "--role",
      "read",
      "--name",
      "dashboards",
    );
    const parts = await verifyToken([SECRET], stdout.trim());
    expect(parts).toMatchObject({ kind: "admin", role: "read" });
    const key = (await listTokens(db, { limit: 200 })).items.find(({ id }) => id === parts!.id);
    expect(key).toMatchObject({ role: "read", name: "dashboards" });
  });

  it("names the missing setting", async () => {
    const failed = run({ ...backends.bindings });
    await expect(failed).rejects.toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("KEY_SECRET is missing"),
    });
  });
});
