import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DevFile } from "../../../dev/session/files.ts";

const root = join(import.meta.dirname, "../../..");

interface Run {
  child: ChildProcess;
  output(): string;
  /** Resolves with the exit code. */
  ended: Promise<number | null>;
}

let directory: string;
const runs: Run[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "burgee-dev-"));
});
afterAll(async () => {
  for (const { child } of runs) child.kill("SIGTERM");
  await Promise.all(runs.map(({ ended }) => ended));
  await rm(directory, { recursive: true, force: true });
});

function run(settings: Record<string, string>, args: readonly string[] = []): Run {
  const { DATABASE_URL: _database, REDIS_URL: _redis, npm_lifecycle_event: _npm, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, "dev/session/start.js"), ...args], {
    cwd: root,
    env: { ...env, BURGEE_DIR: directory, ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const started = { child, output: () => output, ended };
  runs.push(started);
  return started;
}

async function untilReady({ child, output }: Run): Promise<void> {
  while (!output().includes("Ctrl-C stops everything")) {
    if (child.exitCode !== null) throw new Error(`npm run dev ended:\n${output()}`);
    await delay(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const readDevFile = async (): Promise<DevFile> =>
  JSON.parse(await readFile(join(directory, "dev.json"), "utf8")) as DevFile;

async function count(origin: string): Promise<Record<string, number>> {
  return (await (await fetch(`${origin}/__stats`)).json()) as Record<string, number>;
}

describe("npm run dev", () => {
  test(
    "serves the examples, prints a working curl command, sweeps, and keeps data over restarts",
    { timeout: 300_000 },
    async () => {
      const PORT = String(await freePort());
      const first = run({ PORT });
      await untilReady(first);
      const file = await readDevFile();
      expect(Object.keys(file)).toEqual(["url", "adminToken", "environments", "endpoints"]);
      expect(file.url).toBe(`http://127.0.0.1:${PORT}`);
      for (const secret of [file.adminToken, file.environments["production"]?.clientKey ?? "none"])
        expect(first.output()).toContain(secret);

      const home = await (await fetch(file.url, { headers: { accept: "text/html" } })).text();
      for (const page of ["/console", "/docs"]) {
        expect(first.output()).toContain(`${file.url}${page}`);
        expect(home).toContain(`href="${page}"`);
        expect((await fetch(file.url + page)).headers.get("content-type"), page).toMatch(/^text\/html/);
      }

      const [, key, admin] = /^ {2}export KEY=(\S+) ADMIN=(\S+)$/m.exec(first.output()) ?? [];
      expect([key, admin]).toEqual([file.environments["production"]?.serverKey, file.adminToken]);
      const curl = /curl -s (\S+) -H "Authorization: Bearer \$KEY" -H 'Content-Type: (\S+)' -d '(.*)'/.exec(
        first.output(),
      );
      const [, url = "", type = "", body = ""] = curl ?? [];
      const response = await fetch(url, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": type },
        body,
      });
      expect(await response.json()).toMatchObject({ key: url.split("/").at(-1), variant: expect.any(String) });

      await fetch(`${file.endpoints.neon}/__stats/reset`, { method: "POST" });
      // The scheduled handler reads the outbox without any request from this test.
      await expect
        .poll(async () => (await count(file.endpoints.neon))["requests"], { timeout: 20_000 })
        .toBeGreaterThan(0);

      first.child.kill("SIGTERM");
      expect(await first.ended).toBe(0);
      await expect(fetch(file.url)).rejects.toThrow("fetch failed");
      await expect(fetch(file.endpoints.neon)).rejects.toThrow("fetch failed");

      const second = run({ PORT });
      await untilReady(second);
      expect(await readDevFile()).toEqual(file);
      const again = await fetch(url, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "content-type": type },
        body,
      });
      expect(again.status).toBe(200);

      const third = run({ PORT });
      expect(await third.ended).toBe(1);
      expect(third.output()).toContain(`npm run dev already uses ${directory}`);

      // A killed session leaves a worker behind, which the next start stops.
      second.child.kill("SIGKILL");
      await second.ended;
      const fourth = run({ PORT });
      await untilReady(fourth);
      expect(await readDevFile()).toEqual(file);
      fourth.child.kill("SIGINT");
      expect(await fourth.ended).toBe(0);
    },
  );

  test("names a port that is in use and how to choose another", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const { ended, output } = run({ PORT: String(port), BURGEE_DIR: join(directory, "other") });
    expect(await ended).toBe(1);
    expect(output()).toContain(
      `Port ${port} is in use by another program. Stop that program, or choose another: PORT=${port + 1} npm run dev`,
    );
    server.close();
  });

  test("names a file that it cannot use", async () => {
    const other = join(directory, "broken");
    const PORT = String(await freePort());
    const bad = run({ PORT, BURGEE_DIR: other, DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" });
    expect(await bad.ended).toBe(1);
    expect(bad.output()).toContain("The database at DATABASE_URL (127.0.0.1:1) failed");
    await writeFile(join(other, "dev.json"), "{");
    const broken = run({ PORT, BURGEE_DIR: other });
    expect(await broken.ended).toBe(1);
    expect(broken.output()).toContain(`${join(other, "dev.json")} is not valid JSON`);
    expect(broken.output()).toContain("Delete the file and run npm run dev again");
  });

  test("refuses invalid settings", async () => {
    const port = run({ PORT: "http" });
    const redis = run({ REDIS_URL: "localhost" });
    expect([await port.ended, await redis.ended]).toEqual([1, 1]);
    expect(port.output()).toContain("PORT is not a port");
    expect(redis.output()).toContain("REDIS_URL must be a URL like redis://host:6379");
  });

  test("prints its options and starts nothing with --help or an argument that it does not know", async () => {
    const idle = { BURGEE_DIR: join(directory, "idle"), PORT: "http" };
    const help = run(idle, ["--help"]);
    const unknown = run(idle, ["--prot", "8788"]);
    const word = run(idle, ["DATABASE_URL=postgres://owner:secret@db.example.com/flags"]);
    expect([await help.ended, await unknown.ended, await word.ended]).toEqual([0, 2, 2]);
    expect(unknown.output()).toContain("Unknown option '--prot'");
    expect(word.output()).toContain("Unexpected argument");
    expect(word.output()).not.toContain("secret");
    for (const { output } of [help, unknown, word]) {
      for (const option of ["--help", "PORT", "BURGEE_DIR", "DATABASE_URL", "REDIS_URL", "CACHE_…"])
        expect(output()).toContain(option);
      expect(output()).not.toContain("Starting Burgee…");
    }
    await expect(stat(idle.BURGEE_DIR)).rejects.toThrow("ENOENT");
  });
});
