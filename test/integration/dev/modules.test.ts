import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import { gzipSizes } from "../../../bench/cold-start.ts";
import { type Bundle, bundleWorker } from "../../../dev/bundle.ts";

const root = resolve(import.meta.dirname, "../../..");
const run = promisify(execFile);
const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
const KIB = 1024;

/**
 * The sizes, both after gzip, decide how long a new isolate takes to its first response
 * (docs/adr/0015-modules-that-load-on-first-use.md).
 */
const MAX_ALL_KIB = 400;
const MAX_FIRST_KIB = 60;

describe("the modules of the worker", () => {
  let directory: string;
  let bundle: Bundle;
  let output: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "burgee-modules-"));
    bundle = await bundleWorker("src/worker.ts", { minify: true });
    await build("worker");
    output = await dryRun();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  const build = (folder: string, variables: Record<string, string> = {}) =>
    run(process.execPath, [join(root, "dev/build-worker.ts"), join(directory, folder)], {
      cwd: root,
      env: { ...process.env, ...variables },
    });
  const modulesIn = async (folder: string): Promise<string[]> =>
    (await readdir(join(directory, folder))).filter((name) => name.endsWith(".js"));

  /** Runs wrangler with the repository's settings, but not in the folders that it shares with `npm run dev`. */
  async function dryRun(): Promise<string> {
    const settings = await readFile(join(root, "wrangler.toml"), "utf8");
    const config = join(directory, "wrangler.toml");
    const own = settings.replace("dist/worker/", "worker/").replaceAll(/^\[(?:build|assets)\]\n(?:[^[\n].*\n)*/gm, "");
    await writeFile(config, own);
    const { stdout } = await run(
      process.execPath,
      [wrangler, "deploy", "--dry-run", "--config", config, "--outdir", join(directory, "upload")],
      { cwd: directory, env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_LOG_PATH: directory } },
    );
    return stdout;
  }
  const uploadedKib = (): number => Number(/Total Upload: .* gzip: ([\d.]+) KiB/.exec(output)?.[1]);

  test(`take at most ${MAX_ALL_KIB} KiB`, ({ expect }) => {
    expect(gzipSizes(bundle).all / KIB).toBeLessThanOrEqual(MAX_ALL_KIB);
    expect(uploadedKib()).toBeLessThanOrEqual(MAX_ALL_KIB);
  });

  test(`that run before the first response take at most ${MAX_FIRST_KIB} KiB`, ({ expect }) => {
    expect(gzipSizes(bundle).first / KIB).toBeLessThanOrEqual(MAX_FIRST_KIB);
  });

  test("that run before the first response leave out what evaluation does not need", ({ expect }) => {
    const moduleOf = new Map(bundle.modules.flatMap(({ name, sources }) => sources.map((source) => [source, name])));
    const first = [...moduleOf].filter(([, name]) => bundle.first.includes(name)).map(([source]) => source);
    const deferred =
      /node_modules\/(?:re2js|@noble|js-xxhash|drizzle-orm|@neondatabase|hono-openapi|valibot)\/|src\/(?:store|http\/(?:management\/.*routes|pages))|sweep|validate|hashing\/schemes\/|hash-schemes|windows\/(?!window-library)/;
    expect(first.filter((source) => deferred.test(source))).toEqual([]);
    expect([...moduleOf.keys()].filter((source) => deferred.test(source)).length).toBeGreaterThan(50);
  });

  test("are all uploaded by wrangler, and no others", async ({ expect }) => {
    const uploaded = await modulesIn("upload");
    expect(uploaded.toSorted()).toEqual((await modulesIn("worker")).toSorted());
    expect(uploaded).toHaveLength(bundle.modules.length);
  });

  test("contain the snapshot that BURGEE_SNAPSHOT names", async ({ expect }) => {
    const snapshot = join(directory, "snapshot.js");
    await expect(build("with-snapshot", { BURGEE_SNAPSHOT: snapshot })).rejects.toThrow("npm run snapshot");
    await writeFile(snapshot, `export const bundled = { production: "a bundled snapshot" };\n`);
    await build("with-snapshot", { BURGEE_SNAPSHOT: snapshot });
    const names = await modulesIn("with-snapshot");
    const codes = await Promise.all(names.map((name) => readFile(join(directory, "with-snapshot", name), "utf8")));
    expect(codes.filter((code) => code.includes("a bundled snapshot"))).toHaveLength(1);
    expect(names).toHaveLength(bundle.modules.length);
  });

  test("have the sizes that the README quotes", async ({ expect }) => {
    const readme = await readFile(join(root, "README.md"), "utf8");
    const [, all, first] = /uploads (\d+) KiB after gzip[^.]*\. (\d+) KiB of them/.exec(readme) ?? [];
    expect(Math.abs(Number(all) - uploadedKib())).toBeLessThan(5);
    expect(Math.abs(Number(first) - gzipSizes(bundle).first / KIB)).toBeLessThan(5);
  });
});
