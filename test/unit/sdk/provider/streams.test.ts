/** Change streams that misbehave, and the timers and listeners that remain when flags are closed. */
import { getEventListeners } from "node:events";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BurgeeProvider, type Flags } from "../../../../sdk/provider/index.ts";
import { linkedTo, untilAborted } from "../../../../sdk/provider/linked-signal.ts";
import { aFlagDocument } from "../../../support/flag-documents.ts";
import { definitionsWith, ScriptedDeployment } from "../../../support/process-deployment.ts";
import { until } from "../../../support/process-flags.ts";

let deployment: ScriptedDeployment;
let flags: Flags;
const off = aFlagDocument("banner", 2, { enabled: false });

beforeEach(() => {
  deployment = new ScriptedDeployment();
  flags = deployment.open();
});
afterEach(() => flags.close());

const askedFor = (path: string) => deployment.asked.filter((asked) => asked.path === path);
/** Ends the open streams, as a deployment does that moves. */
function endStreams(): void {
  for (const stream of deployment.streams) stream.close();
  deployment.streams.clear();
}

test.for([
  ["a year", "31536000000", 60_000, 91_000],
  ["nothing", "0", 500, 1500],
] as const)("a pause of %s between streams is bounded", async ([, retry, shortest, longest]) => {
  deployment.hello = `retry: ${retry}\n\n`;
  await flags.start();
  await until(() => deployment.streams.size === 1);
  endStreams();
  await deployment.passing(() => deployment.streams.size === 1, 100);
  const [first, second] = askedFor("stream").map(({ at }) => at);
  expect(second! - first!).toBeGreaterThan(shortest);
  expect(second! - first!).toBeLessThan(longest);
});

test("a stream that a proxy holds back is replaced by polling, and the flags stay ready", async () => {
  deployment.hello = undefined;
  await flags.start();
  const events: string[] = [];
  flags.on("stale", ({ message }) => events.push(message));
  await until(() => deployment.streams.size === 1);
  deployment.definitions = { ...definitionsWith([off]), version: 2 };
  await deployment.passing(() => !flags.boolean("banner", true));
  expect([flags.status, events]).toEqual(["ready", []]);
});

test("a stream without a response, by a fetch that ignores its signal, is replaced by polling", async () => {
  deployment.respond = (path) => (path === "stream" ? new Promise(() => {}) : undefined);
  await flags.start();
  deployment.definitions = { ...definitionsWith([off]), version: 2 };
  await deployment.passing(() => !flags.boolean("banner", true));
  expect(flags.status).toBe("ready");
});

test("streams that ended leave no timers", async () => {
  await flags.start();
  for (let i = 1; i < 5; i++) {
    await deployment.passing(() => deployment.opened === i);
    endStreams();
  }
  await deployment.passing(() => deployment.opened === 5);
  expect(deployment.clock.sleeping).toBe(1);
});

test("a page in the place of a stream is replaced by polling", async () => {
  deployment.respond = (path) => (path === "stream" ? new Response("<html></html>") : undefined);
  await flags.start();
  deployment.save(off);
  await deployment.passing(() => !flags.boolean("banner", true));
  expect(askedFor("stream").length).toBeLessThan(3);
});

test("a stream that falls silent is given up, and another one follows", async () => {
  await flags.start();
  await until(() => deployment.streams.size === 1);
  await deployment.passing(() => flags.status === "stale", 5000);
  await deployment.passing(() => flags.status === "ready" && deployment.streams.size === 1);
  expect(askedFor("stream")).toHaveLength(2);
});

describe("a restored deployment", () => {
  const HEARTBEAT = ": \n\n";
  const restored = { ...definitionsWith([off]), version: 5 };
  /** Moves the time on while the stream stays alive. */
  const streaming = (isSo: () => boolean) =>
    deployment.passing(() => {
      deployment.send(HEARTBEAT);
      return isSo();
    });
  const announce = (version: number) => deployment.send(`data: {"type":"refetchEvaluation","etag":"${version}"}\n\n`);
  const elapsed = (since: number) => deployment.clock.now() - since;

  beforeEach(async () => {
    deployment.definitions = { ...deployment.definitions, version: 7 };
    await flags.start();
    await until(() => deployment.streams.size === 1);
  });

  test("is believed after a minute, although its stream announces a lower version", async () => {
    const since = deployment.clock.now();
    deployment.definitions = restored;
    announce(5);
    await streaming(() => flags.version === 5 || elapsed(since) > 90_000);
    expect([flags.version, flags.boolean("banner", true)]).toEqual([5, false]);
    expect(elapsed(since)).toBeGreaterThan(59_000);
    expect(askedFor("definitions")).toHaveLength(3);
  });

  test("announces its next changes below the lost versions, and they arrive at once", async () => {
    deployment.send('data: {"type":"refetchEvaluation","etag":"7"}\n\n');
    deployment.definitions = restored;
    announce(5);
    await streaming(() => flags.version === 5);
    const asked = askedFor("definitions").length;
    deployment.save(aFlagDocument("banner", 6));
    deployment.definitions = { ...deployment.definitions, version: 6 };
    const since = deployment.clock.now();
    await streaming(() => flags.version === 6 || elapsed(since) > 5000);
    await streaming(() => elapsed(since) > 30_000);
    expect([flags.version, flags.status]).toEqual([6, "ready"]);
    expect(askedFor("definitions")).toHaveLength(asked + 1);
  });

  test("is told apart from two places that are behind for a moment, minutes apart", async () => {
    const tagged = { ...deployment.definitions, version: 8 };
    const respondWith = (respond: () => Response) => {
      deployment.respond = (path) => (path === "stream" ? undefined : respond());
    };
    respondWith(() => Response.json(tagged, { headers: { etag: '"8"' } }));
    announce(8);
    await streaming(() => flags.version === 8);
    for (let i = 0; i < 2; i++) {
      const asked = askedFor("definitions").length;
      respondWith(() => Response.json(restored));
      announce(5);
      await streaming(() => askedFor("definitions").length > asked);
      respondWith(() => new Response(null, { status: 304 }));
      const since = deployment.clock.now();
      await streaming(() => elapsed(since) > 150_000);
    }
    expect([flags.version, flags.status]).toEqual([8, "ready"]);
  });
});

test("a line without an end is given up", async () => {
  await flags.start();
  await until(() => deployment.streams.size === 1);
  deployment.send("data: ".padEnd(200_000, "x"));
  deployment.send("x");
  await deployment.passing(() => flags.status === "stale");
  await deployment.passing(() => flags.status === "ready");
});

describe("close", () => {
  test("leaves no timer and no stream", async () => {
    await flags.start();
    await until(() => deployment.streams.size === 1);
    await flags.close();
    await until(() => deployment.streams.size === 0);
    expect(deployment.clock.sleeping).toBe(0);
    expect(deployment.asked.every(({ signal }) => signal.aborted)).toBe(true);
  });

  test("ends a stream whose fetch ignores its signal", async () => {
    let release: (() => void) | undefined;
    deployment.respond = (path) =>
      path === "stream"
        ? new Promise((resolve) => {
            deployment.respond = () => undefined;
            release = () =>
              void deployment.fetch("http://edge.test/stream", { signal: new AbortController().signal }).then(resolve);
          })
        : undefined;
    await flags.start();
    await until(() => release !== undefined);
    await flags.close();
    expect(deployment.clock.sleeping).toBe(0);
    release!();
    await until(() => deployment.opened === 1 && deployment.streams.size === 0);
  });

  test("during a start ends the start at once, with the reason", async () => {
    deployment.respond = () => new Promise(() => {});
    const started = flags.start();
    await until(() => deployment.asked.length === 1);
    await flags.close();
    await expect(started).rejects.toThrow("the flags are closed; call startFlags again");
    expect([flags.status, deployment.clock.sleeping]).toEqual(["closed", 0]);
  });

  test("is final: a later start is refused, also through OpenFeature", async () => {
    const { clock, fetch } = deployment;
    const provider = new BurgeeProvider({ url: "http://edge.test", key: "bgs_production_a_b_c", clock, fetch });
    await provider.initialize();
    await provider.onClose();
    await expect(provider.initialize()).rejects.toThrow("the flags are closed");
    expect(provider.flags.boolean("banner", false)).toBe(true);
  });
});

test("a signal that outlives requests keeps no listener of them", async () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 20; i++) {
    const { controller, release } = linkedTo(signal);
    await untilAborted(Promise.resolve(), controller.signal);
    await untilAborted(Promise.resolve(), signal);
    release();
  }
  await Promise.resolve();
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test("a bootstrap that holds only changes is refused", async () => {
  deployment.respond = () => new Response(null, { status: 500 });
  await flags.close();
  flags = deployment.open({ bootstrap: { ...definitionsWith([off]), full: false } });
  await expect(flags.start()).rejects.toThrow("the definitions hold only changes");
});

test("a file that cannot be replaced is reported, and leaves no draft", async () => {
  const folder = await mkdtemp(join(tmpdir(), "burgee-provider-"));
  const file = join(folder, "flags.json");
  await mkdir(join(file, "in-the-way"), { recursive: true });
  await flags.close();
  flags = deployment.open({ file });
  const errors: Error[] = [];
  flags.on("error", (error) => errors.push(error));
  await flags.start();
  await flags.close();
  expect(errors).toHaveLength(1);
  expect(await readdir(folder)).toEqual(["flags.json"]);
  await rm(folder, { recursive: true });
});
