import { test } from "vitest";
import { createEntryCache } from "../../../src/delivery/entries/entry-cache.ts";
import { EntryStore } from "../../../src/delivery/entries/entry-store.ts";
import { type FlagLine, writeEntry } from "../../../src/delivery/entries/entry-text.ts";
import { parseSettings } from "../../../src/env.ts";
import { SCHEMA_VERSION } from "../../../src/flags/document.ts";
import { createServices } from "../../../src/services.ts";
import { MapEdgeCache, ZONE } from "../../support/edge/edge-cache.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { aFlagDocument } from "../../support/flag-documents.ts";

const SECRET = "a".repeat(64);
const SHARDS = 6;
const SHARD_CHARS = 1024 * 1024;
const VERSION = { version: 1, tag: "tag" };

/** Stores an environment whose shards hold two small flags each, and one flag that nobody asks for. */
async function storeEnvironment(store: EntryStore, environment: string, now: number): Promise<void> {
  const top = { schemaVersion: SCHEMA_VERSION, ...VERSION, takenAt: now, hidden: [] };
  const line = (key: string): FlagLine => [key, JSON.stringify(aFlagDocument(key, 1))];
  const shards = Array.from({ length: SHARDS }, (_, n) => `k${n}`);
  const first = shards.map((name) => `${name}-a`);
  for (const [n, name] of shards.entries()) {
    const lines = [line(`${name}-a`), line(`${name}-b`), [`${name}-z`, "x".repeat(SHARD_CHARS)] as const];
    const own = { ...top, shards: first.slice(n, n + 2) };
    await store.putEntry(environment, VERSION, writeEntry(own, undefined, lines), n);
  }
  await store.putEntry(environment, VERSION, writeEntry({ ...top, shards: first }, {}, []));
  await store.putHead(environment, { ...VERSION, changes: [], confirmedAt: now }, 30);
}

test("an isolate keeps a bounded amount of text, also of shards that it has read later", async ({ expect }) => {
  const clock = new FakeClock();
  const edge = new MapEdgeCache(clock.now);
  const host = () => "edge.test";
  const cache = createEntryCache({ prefix: "burgee", secret: SECRET, host, open: edge.open });
  const store = new EntryStore(cache, "burgee", SCHEMA_VERSION);
  for (const environment of ["one", "two"]) await storeEnvironment(store, environment, clock.now());
  const settings = { ...ZONE, DATABASE_URL: "postgres://user:password@127.0.0.1:1/database", KEY_SECRET: SECRET };
  const services = createServices(parseSettings(settings), { clock, host, openCache: edge.open });
  /** Returns how many entries the isolate had to read for the flag. */
  const readsFor = async (environment: string, flag: string): Promise<number> => {
    const before = edge.matches;
    const scope = { waitUntil: () => undefined };
    expect(await services.source.flag({ environment, scope }, flag)).toMatchObject({ tier: "data-centre" });
    return edge.matches - before;
  };

  for (let n = 0; n < SHARDS; n++) await readsFor("one", `k${n}-a`);
  expect(await readsFor("one", "k0-b")).toBe(0);
  for (let n = 0; n < SHARDS; n++) await readsFor("two", `k${n}-a`);
  // Both together are more than an isolate keeps, so the one that was used before is gone.
  expect(await readsFor("two", "k0-b")).toBe(0);
  expect(await readsFor("one", "k1-b")).toBe(2);
  expect(await readsFor("two", "k1-b")).toBe(0);
});
