/** `GET /api/v1/environments/{env}/definitions`: the documents, for evaluators in other processes. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Isolate, publishSaved, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

let project: TestProject;
let clock: FakeClock;
let isolate: Isolate;

beforeEach(async () => {
  project = await startTestProject();
  clock = new FakeClock(Date.now());
  isolate = startIsolate(project.bindings, clock);
  await project.save({ key: "banner" });
  await project.save({ key: "hidden", clientVisible: false });
  // The first sweep of a worker publishes one change of everything.
  await publish();
});
afterEach(() => project.close());

interface Body {
  environment: string;
  version: number;
  schemaVersion: number;
  full: boolean;
  stale: boolean;
  gone: string[];
  flags: { key: string; version: number; enabled: boolean }[];
}

const PATH = "/api/v1/environments/production/definitions";

async function ask(query = "", headers: Record<string, string> = {}, token = project.serverKey): Promise<Response> {
  const response = await isolate.fetch(`${PATH}${query}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  await isolate.settled();
  return response;
}

async function definitions(query = "", headers: Record<string, string> = {}): Promise<Body & { etag: string }> {
  const response = await ask(query, headers);
  expect(response.status).toBe(200);
  return { ...((await response.json()) as Body), etag: response.headers.get("etag") ?? "" };
}

const publish = () => publishSaved(project.bindings, clock);

/** Publishes what was saved, and ends the trust in the head, so that the isolate asks for it again. */
async function later(): Promise<void> {
  await publish();
  await clock.advance(1500);
}

test("a server key gets every document, with the version that they belong to", async () => {
  const { flags, version, full, stale, gone, environment } = await definitions();
  expect({ environment, full, stale, gone }).toEqual({ environment: "production", full: true, stale: false, gone: [] });
  expect(flags.map(({ key }) => key)).toEqual(["banner", "hidden"]);
  expect(version).toBe(Math.max(...flags.map((flag) => flag.version)));
});

test("a warm isolate responds without a round trip", async () => {
  await ask();
  project.resetStats();
  await ask();
  expect(project.roundTrips()).toEqual({ l2: 0, l3: 0 });
});

test("a caller that has the version gets a 304", async () => {
  const { etag } = await definitions();
  const response = await ask("", { "if-none-match": etag });
  expect([response.status, await response.text()]).toEqual([304, ""]);
});

describe("with since", () => {
  test("only the flags that changed after the version come", async () => {
    const { version } = await definitions();
    await project.save({ key: "banner", enabled: false });
    await project.save({ key: "brand-new" });
    await later();
    const delta = await definitions(`?since=${version}`);
    expect(delta).toMatchObject({ full: false, gone: [], version: version + 2 });
    expect(delta.flags.map(({ key, enabled }) => [key, enabled])).toEqual([
      ["banner", false],
      ["brand-new", true],
    ]);
  });

  test("a flag that is gone is named", async () => {
    const { version } = await definitions();
    await project.backends.neon.query("delete from flag_configurations where flag_key = 'banner'");
    await later();
    expect(await definitions(`?since=${version}`)).toMatchObject({ full: false, gone: ["banner"], flags: [] });
  });

  test("a flag that a change of another flag affects comes too", async () => {
    await project.save({ key: "needs-banner", prerequisites: [{ flag: "banner", variants: ["on"] }] });
    const { version } = await definitions();
    await project.save({ key: "banner", enabled: false });
    await later();
    const { flags } = await definitions(`?since=${version}`);
    expect(flags.map(({ key }) => key)).toEqual(["banner", "needs-banner"]);
  });

  test("everything comes if the changes do not reach back that far", async () => {
    const { version } = await definitions();
    for (let i = 0; i < 70; i++) await project.save({ key: "banner", enabled: i % 2 === 0 });
    await later();
    expect(await definitions(`?since=${version}`)).toMatchObject({ full: true, gone: [] });
  });

  test("everything comes for a version that lies ahead, and for one of another history", async () => {
    const { version } = await definitions();
    expect(await definitions(`?since=${version + 5}`)).toMatchObject({ full: true });
    await project.save({ key: "banner", enabled: false });
    await later();
    const foreign = { "if-none-match": `"${version}-anotherhistory"` };
    expect(await definitions(`?since=${version}`, foreign)).toMatchObject({ full: true });
    expect(await definitions(`?since=${version}`)).toMatchObject({ full: false });
  });

  test("a malformed version is a 400 that says what is accepted", async () => {
    const response = await ask("?since=yesterday");
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { detail: 'since must be the version of an earlier response, not "yesterday"' },
    ]);
  });
});

test("an announced version is looked for, although the head was confirmed a moment ago", async () => {
  const { version } = await definitions();
  await project.save({ key: "banner", enabled: false });
  await publish();
  expect((await definitions()).version).toBe(version);
  expect((await definitions(`?since=${version}&announced=${version + 1}`)).version).toBe(version + 1);
});

describe("keys", () => {
  test.for([
    ["a client key", () => project.clientKey, "definitions require a server key, not a client key"],
    ["an admin token", () => project.adminToken, "evaluation requires a client or server key, not an admin token"],
  ] as const)("%s is refused", async ([, token, detail]) => {
    const response = await ask("", {}, token());
    expect([response.status, await response.json()]).toMatchObject([403, { detail }]);
  });

  test("a key of another environment is refused", async () => {
    await project.backends.neon.query("insert into environments (key, name) values ('staging', 'staging')");
    const response = await isolate.fetch("/api/v1/environments/staging/definitions", {
      headers: { authorization: `Bearer ${project.serverKey}` },
    });
    expect(response.status).toBe(403);
  });

  test("a parameter cannot stand for the environment of the path", async () => {
    const response = await isolate.fetch("/api/v1/environments/staging/definitions?env=production", {
      headers: { authorization: `Bearer ${project.serverKey}` },
    });
    expect(response.status).toBe(403);
  });

  test("a revoked key is refused, also by an isolate that is warm", async () => {
    await ask();
    await project.backends.neon.query("update sdk_keys set revoked_at = now() where kind = 'server'");
    await later();
    expect((await ask()).status).toBe(401);
  });

  test("other methods are refused", async () => {
    const response = await isolate.fetch(PATH, { method: "POST" });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
  });
});

test("while no backend responds, all documents in the isolate come, marked as stale", async () => {
  const { version } = await definitions();
  await project.backends.close();
  await clock.advance(120_000);
  const stale = await definitions(`?since=${version - 1}`);
  expect(stale).toMatchObject({ full: true, stale: true, version });
});
