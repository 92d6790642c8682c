/** `burgee/provider` against an isolate of the worker, with one clock for both. */
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Definitions, Flags, FlagsOptions } from "../../../sdk/provider/index.ts";
import { publishSaved, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { flagsOver, Line, pathOf, until } from "../../support/process-flags.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

let project: TestProject;
let clock: FakeClock;
let line: Line;
const opened: Flags[] = [];

beforeEach(async () => {
  project = await startTestProject();
  clock = new FakeClock(Date.now());
  line = new Line(startIsolate(project.bindings, clock));
  await project.save({ key: "banner" });
  await project.save({ key: "headline", type: "string", variants: { on: "Fresh bread", off: "" } });
  await publish();
});
afterEach(async () => {
  for (const flags of opened.splice(0)) await flags.close();
  await project.close();
});

const publish = () => publishSaved(project.bindings, clock);

function open(options: Partial<FlagsOptions> = {}): Flags {
  const flags = flagsOver(line, clock, project.serverKey, options);
  opened.push(flags);
  return flags;
}

async function start(options: Partial<FlagsOptions> = {}): Promise<Flags> {
  const flags = open(options);
  await flags.start();
  return flags;
}

/** Resolves once the flags follow a stream. */
const isFollowing = () => until(() => line.asked.includes("/ofrep/v1/stream"));

const passing = (isSo: () => boolean, stepMs?: number) => line.passing(clock, isSo, stepMs);

test("a call returns the flag's value without a request", async () => {
  const flags = await start();
  await isFollowing();
  const { length } = line.asked;
  expect(flags.boolean("banner", false)).toBe(true);
  expect(flags.string("headline", "Bread")).toBe("Fresh bread");
  expect(flags.details("banner", false)).toEqual({
    value: true,
    variant: "on",
    reason: "STATIC",
    flagMetadata: { flagSetId: "production", version: expect.any(String) },
  });
  expect(line.asked).toHaveLength(length);
});

describe("changes", () => {
  test("a flag that was switched off arrives over the stream, and no unchanged flag is sent again", async () => {
    const flags = await start();
    await isFollowing();
    const { version } = flags;
    const changes: string[][] = [];
    flags.on("change", (keys) => changes.push(keys));
    await project.save({ key: "banner", enabled: false });
    await publish();
    await passing(() => changes.length > 0);
    expect(changes).toEqual([["banner"]]);
    expect(flags.boolean("banner", true)).toBe(false);
    expect(line.asked.at(-1)).toBe(
      `/api/v1/environments/production/definitions?since=${version}&announced=${version + 1}`,
    );
  });

  test("a flag that was deleted is gone", async () => {
    const flags = await start();
    await isFollowing();
    await project.backends.neon.query("delete from flag_configurations where flag_key = 'banner'");
    await publish();
    await passing(() => flags.keys.length === 1);
    expect(flags.details("banner", true)).toMatchObject({ value: true, errorCode: "FLAG_NOT_FOUND" });
  });

  test("polling finds changes if the deployment has no streams", async () => {
    line.isolate = startIsolate({ ...project.bindings, STREAMS_ENABLED: "false" }, clock);
    const flags = await start();
    await project.save({ key: "banner", enabled: false });
    await publish();
    await passing(() => !flags.boolean("banner", true), 5000);
    expect(line.asked.filter((path) => path.startsWith("/api")).length).toBeLessThan(6);
  });

  test("a response of an older version does not bring older flags back", async () => {
    const behind = startIsolate(project.bindings, clock);
    const before = await behind.fetch("/api/v1/environments/production/definitions", {
      headers: { authorization: `Bearer ${project.serverKey}` },
    });
    const old = await before.text();
    await project.save({ key: "banner", enabled: false });
    await publish();
    const flags = await start({
      fetch: (input, init) =>
        line.isCut && pathOf(input).endsWith("/definitions")
          ? Promise.resolve(new Response(old, { headers: { etag: '"1"' } }))
          : line.fetch(input, init),
    });
    await isFollowing();
    const { version } = flags;
    line.isCut = true;
    await project.save({ key: "headline", enabled: false });
    await publish();
    await passing(() => flags.status === "stale");
    expect([flags.boolean("banner", true), flags.version]).toEqual([false, version]);
  });
});

describe("a deployment that does not respond", () => {
  test("the last known flags stay in use, and the flags say so, until it is back", async () => {
    const flags = await start();
    await isFollowing();
    const events: string[] = [];
    flags.on("stale", ({ message }) => events.push(message));
    flags.on("ready", () => events.push("ready"));
    line.isCut = true;
    await passing(() => flags.status === "stale", 20_000);
    expect(flags.boolean("banner", false)).toBe(true);
    line.isCut = false;
    await project.save({ key: "banner", enabled: false });
    await publish();
    await passing(() => flags.status === "ready", 5000);
    await passing(() => !flags.boolean("banner", true));
    expect(events).toEqual(["http://edge.test cannot be reached: the line is cut", "ready"]);
  });

  test("a start without flags fails with the reason, and goes on trying", async () => {
    line.isCut = true;
    const flags = open();
    await expect(flags.start()).rejects.toThrow("the line is cut");
    expect(flags.status).toBe("failed");
    expect(flags.details("banner", false)).toMatchObject({
      value: false,
      errorCode: "PROVIDER_NOT_READY",
      errorMessage: "there are no flags yet: http://edge.test cannot be reached: the line is cut",
    });
    line.isCut = false;
    await passing(() => flags.status === "ready");
    expect(flags.boolean("banner", false)).toBe(true);
  });

  test("a start that hangs ends with the bootstrap's flags", async () => {
    const bootstrap = await definitions();
    const flags = open({
      bootstrap,
      fetch: (_input, init) =>
        new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(new Error("late")))),
    });
    const started = flags.start();
    await clock.waitedOn(5000);
    await clock.advance(5000);
    await started;
    expect([flags.status, flags.boolean("banner", false)]).toEqual(["stale", true]);
  });

  test("the first response replaces a bootstrap of a higher version", async () => {
    const bootstrap = { ...(await definitions()), version: 1_000_000, flags: [] };
    line.isCut = true;
    const flags = await start({ bootstrap });
    expect(flags.details("banner", false)).toMatchObject({ errorCode: "FLAG_NOT_FOUND" });
    line.isCut = false;
    await passing(() => flags.status === "ready");
    expect(flags.boolean("banner", false)).toBe(true);
  });
});

describe("the file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "burgee-provider-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("the last known flags survive a restart while the deployment is down", async () => {
    const file = join(folder, "flags.json");
    const first = await start({ file });
    await first.close();
    expect((await stat(file)).mode & 0o077).toBe(0);
    line.isCut = true;
    const second = await start({ file });
    expect([second.status, second.boolean("banner", false)]).toEqual(["stale", true]);
  });

  test("a damaged file is reported, and the bootstrap is used", async () => {
    const file = join(folder, "flags.json");
    await writeFile(file, "{");
    const bootstrap = await definitions();
    line.isCut = true;
    const errors: string[] = [];
    const flags = open({ file, bootstrap });
    flags.on("error", ({ message }) => errors.push(message));
    await flags.start();
    expect(errors).toEqual([`${file} is not JSON`]);
    expect(flags.boolean("banner", false)).toBe(true);
    expect(await readFile(file, "utf8")).toBe("{");
  });

  test("definitions of another environment are refused", async () => {
    const bootstrap = { ...(await definitions()), environment: "staging" };
    line.isCut = true;
    await expect(start({ bootstrap })).rejects.toThrow(
      'the definitions are of environment "staging", and the key is of "production"',
    );
  });
});

describe("refusals", () => {
  test("a revoked key stops updates, and the last known flags stay", async () => {
    const flags = await start();
    await isFollowing();
    await project.backends.neon.query("update sdk_keys set revoked_at = now() where kind = 'server'");
    await publish();
    await passing(() => flags.status === "stale");
    expect(flags.boolean("banner", false)).toBe(true);
  });

  test("definitions of a later form are refused, and the last known flags stay", async () => {
    let later: string | undefined;
    const flags = await start({
      fetch: async (input, init) => {
        const response = await line.fetch(input, init);
        if (later === undefined || !pathOf(input).endsWith("/definitions")) return response;
        return new Response(later);
      },
    });
    await isFollowing();
    later = JSON.stringify({ ...(await definitions()), schemaVersion: 2 });
    const problems: string[] = [];
    flags.on("stale", ({ message }) => problems.push(message));
    await project.save({ key: "banner", enabled: false });
    await publish();
    await passing(() => problems.length > 0);
    expect(problems).toEqual([
      "the definitions have form 2, and this version of burgee evaluates form 1: update the package",
    ]);
    expect(flags.boolean("banner", false)).toBe(true);
  });

  test.for([
    ["a client key", { key: "client" }, "key must be a server key (bgs_…)"],
    ["a key of another system", { key: "sdk-123" }, "key must be a server key, which begins with bgs_"],
    ["a connection string", { url: "postgres://me:secret@db.test/x" }, /^url must be the address of a deployment/],
    [
      "a password in the address",
      { url: "https://me:secret@x.test" },
      /^url must not contain a user name or password$/,
    ],
    ["a path that is no text", { file: 5 as never }, "file must be the path of a file, not 5"],
    ["an address without a protocol", { url: "flags.example.com" }, "url must be the address of a deployment"],
    ["a time of zero", { pollMs: 0 }, "pollMs must be a time above 0 in ms, not 0"],
  ] as const)("%s is refused by name", ([, wrong, message]) => {
    const options = "key" in wrong && wrong.key === "client" ? { key: project.clientKey } : wrong;
    expect(() => open(options)).toThrow(message);
  });
});

test("a clock that jumps neither stops updates nor brings old flags back", async () => {
  const flags = await start();
  await isFollowing();
  clock.setBack(3_600_000);
  await project.save({ key: "banner", enabled: false });
  await publish();
  await passing(() => !flags.boolean("banner", true));
  await clock.advance(600_000);
  await project.save({ key: "banner" });
  await publish();
  await passing(() => flags.boolean("banner", false));
});

async function definitions(): Promise<Definitions> {
  const response = await line.isolate.fetch("/api/v1/environments/production/definitions", {
    headers: { authorization: `Bearer ${project.serverKey}` },
  });
  return (await response.json()) as Definitions;
}
