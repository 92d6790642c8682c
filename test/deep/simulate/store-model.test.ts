import type { Change } from "../../../src/flags/changes.ts";
import { afterAll, beforeAll, describe, it } from "vitest";
import { StoreModel, type Write } from "../../../bench/simulate/backends/store-model.ts";
import { Flags } from "../../../bench/simulate/world/flags.ts";
import { seededRandom } from "../../../bench/simulate/engine/random.ts";
import { createOutbox } from "../../../src/store/outbox.ts";
import { toReading } from "../../../src/store/readings/environment-reading.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import { deleteFlag, saveFlag } from "../../../src/store/writes/flags.ts";
import { createSdkKey, revokeKey } from "../../../src/store/writes/keys.ts";
import { saveSegment } from "../../../src/store/writes/segments.ts";
import { toWritten, type WriteResult } from "../../../src/store/writes/transaction.ts";
import type { Reading } from "../../../src/flags/reading.ts";
import { BACKENDS, startStore, type TestStore } from "../../integration/store/backends.ts";

const ENVIRONMENT = "simulated";
const TARGETS = { redis: "redis:1:burgee", edge: "zone:1:burgee" };
const CHANGES = 80;
const actor = "ada";

describe.each(BACKENDS)("the simulation's model of the store and %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
    await store.exec(`insert into environments (key, name) values ('${ENVIRONMENT}', '${ENVIRONMENT}')`);
  });
  afterAll(() => store.close());

  function write(change: Write): Promise<WriteResult> {
    const { db } = store;
    switch (change.kind) {
      case "save flag":
        return saveFlag(db, ENVIRONMENT, change, { actor });
      case "delete flag":
        return deleteFlag(db, ENVIRONMENT, change.key, { actor });
      case "save segment":
        return saveSegment(db, ENVIRONMENT, change, { actor });
      case "add key": {
        const { kind, hash, origins } = change.record;
        return createSdkKey(
          db,
          ENVIRONMENT,
          { id: change.id, kind, name: change.id, secretHash: hash, origins },
          { actor },
        );
      }
      case "revoke key":
        return revokeKey(db, ENVIRONMENT, change.id, { actor });
      default:
        return change satisfies never;
    }
  }

  it("give the same readings and the same changes to publish after every change", async ({ expect }) => {
    const random = seededRandom(7, "test");
    const model = new StoreModel(ENVIRONMENT, () => "a tag");
    const flags = new Flags(12, seededRandom(7, "changes"));
    const reader = createFlagReader(store.db);
    const outbox = createOutbox(store.db, TARGETS);
    const writes = await flags.create();
    for (let i = 0; i < writes.length + CHANGES; i++) {
      const change = writes[i] ?? flags.change();
      const written = await write(change);
      model.write(change);
      const { version, rows, before } = model.unpublished();
      const row = model.writtenRow();
      expect({ version: written.version, pending: untagged(written.pending) }).toEqual({
        version,
        pending: untagged(toWritten(version, rows, null, before).pending),
      });
      expect(plain(written.reading)).toEqual(plain(row && toReading(row, undefined)));
      const since = Math.max(0, version - Math.floor(random() * 80));
      const keys = [flags.drawKey(random), flags.drawKey(random)];
      const [some, all] = await Promise.all([
        reader.readFlags(ENVIRONMENT, keys, since),
        reader.readEnvironment(ENVIRONMENT, since),
      ]);
      expect(plain(some)).toEqual(plain(toReading(model.readingRow(since, keys), since)));
      expect(plain(all)).toEqual(plain(toReading(model.readingRow(since), since)));
      if (random() < 0.9) continue;
      const { versions, pending } = await outbox.readUnconfirmed();
      const swept = model.beginSweep(Object.values(TARGETS));
      expect(versions.get(ENVIRONMENT)).toBe(swept.version);
      expect(untagged(pending.get(ENVIRONMENT)?.pending)).toEqual(
        untagged(toWritten(swept.version, swept.rows, null, swept.before).pending),
      );
      const accepted = Object.values(TARGETS).filter(() => random() < 0.8);
      await outbox.confirm(ENVIRONMENT, swept.version, accepted);
      model.confirm(swept.version, accepted);
    }
  });
});

/** Replaces tags, which are random. */
function untagged(changes: readonly Change[] = []): unknown[] {
  return changes.map(([version, fields, before]) => [version, fields, before !== undefined]);
}

/**
 * Leaves out the tags, which are random, and orders what has no order: lists of flags, and the members of documents.
 */
function plain(reading: Reading | undefined): unknown {
  if (reading === undefined) return undefined;
  const { tag: _, changes, flags, texts, index, hidden, ...rest } = reading;
  const parsed = Object.fromEntries([...(texts ?? [])].map(([key, text]) => [key, JSON.parse(text) as unknown]));
  const sorted = [...flags].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...rest,
    changes: changes && untagged(changes),
    parsed,
    flags: sorted,
    index: index?.toSorted(),
    hidden: hidden?.toSorted(),
  };
}
