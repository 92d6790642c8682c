import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, test } from "vitest";
import { deleteFlag, saveFlag } from "../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestProject } from "../../support/project.ts";

/** A proxy before Postgres that can hold back one response after Postgres has sent it. */
class HoldingProxy {
  isHolding = false;
  release: (() => void) | undefined;
  #holdsNext = false;
  readonly #server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isHeld = this.#holdsNext;
    this.#holdsNext = false;
    const headers = Object.entries(request.headers).filter(([name]) => name.startsWith("neon-"));
    const init = { method: "POST", headers: headers as [string, string][], body: Buffer.concat(chunks) };
    const result = await fetch(this.#target, init);
    const text = await result.text();
    if (isHeld) {
      await new Promise<void>((resolve) => {
        this.release = resolve;
        this.isHolding = true;
      });
    }
    response.writeHead(result.status, { "content-type": "application/json" }).end(text);
  });
  readonly #target: string;

  constructor(target: string) {
    this.#target = target;
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/sql`;
  }

  holdNext(): void {
    this.#holdsNext = true;
  }

  async close(): Promise<void> {
    this.release?.();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe("an environment that does not fit into L1", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let postgres: HoldingProxy;
  let url: string;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    for (let i = 0; i < 5; i++) await project.save({ key: `other-${i}` });
    postgres = new HoldingProxy(String(project.bindings["NEON_HTTP_URL"]));
    url = await postgres.open();
  });
  afterAll(async () => {
    await postgres.close();
    await project.close();
  });

  test("is not served from a reading that began before a version that the isolate knows", async ({ expect }) => {
    const isolate = startIsolate({ ...project.bindings, NEON_HTTP_URL: url, CACHE_L1_MAX_ENTRIES: "3" }, clock);
    const ask = async () => {
      const headers = { authorization: `Bearer ${project.serverKey}` };
      const response = await isolate.fetch("/ofrep/v1/evaluate/flags", { method: "POST", headers, body: "{}" });
      await response.arrayBuffer();
      return Number(response.headers.get("x-flags-version"));
    };
    const before = await ask();
    expect(isolate.logged).toContain("l1_too_small");
    postgres.holdNext();
    const early = ask();
    while (!postgres.isHolding) await new Promise((resolve) => setTimeout(resolve, 5));
    const flag = aFlag({ key: "other-1", enabled: true, metadata: { changed: true } });
    const written = await saveFlag(project.db, "production", flag, { actor: "test" });
    await isolate.services.publisher.publish("production", written, () => undefined);
    expect(isolate.services.source.knownVersion("production")).toBe(written.version);
    const late = ask();
    await new Promise((resolve) => setTimeout(resolve, 20));
    postgres.release?.();
    expect(await early).toBe(before);
    expect(await late).toBe(written.version);
  });

  test("is served from Redis while Postgres is unreachable, if L1 has room for it by now", async ({ expect }) => {
    const start = (bindings: Record<string, string> = {}): Isolate =>
      startIsolate({ ...project.bindings, ...bindings }, clock, { redisTimeoutMs: 1000 });
    const ask = async (isolate: Isolate) => {
      const headers = { authorization: `Bearer ${project.serverKey}` };
      const response = await isolate.fetch("/ofrep/v1/evaluate/flags", { method: "POST", headers, body: "{}" });
      const { flags } = (await response.json()) as { flags?: unknown[] };
      await isolate.settled();
      return { status: response.status, flags: flags?.length, cacheStatus: response.headers.get("cache-status") };
    };
    const isolate = start({ CACHE_L1_MAX_ENTRIES: "3" });
    expect(await ask(isolate)).toMatchObject({ status: 200, flags: 5 });
    expect(isolate.logged).toContain("l1_too_small");
    const roomy = start();
    for (const key of ["other-3", "other-4"]) {
      const written = await deleteFlag(project.db, "production", key, { actor: "test" });
      await roomy.services.publisher.publish("production", written, () => undefined);
    }
    expect(await ask(roomy)).toMatchObject({ status: 200, flags: 3 });
    project.backends.neon.setFaults({ down: true });
    const cacheStatus = "Burgee-L1; fwd=miss, Burgee-L2; hit";
    expect(await ask(isolate)).toEqual({ status: 200, flags: 3, cacheStatus });
  });
});
