import { describe, expect, it } from "vitest";
import {
  dropAllDrafts,
  dropDraft,
  type DraftId,
  keepDraft,
  keptDraft,
} from "../../../../console/src/state/drafts/kept-drafts.ts";
import { type TextStorage, withMemory } from "../../../../console/src/state/storage.ts";
import { browserStorageOf } from "../support/browser-storage.ts";

/** A tab's storage. It holds `room` characters. */
function storageWith(room?: number): TextStorage {
  return withMemory(() => browserStorageOf(room));
}

const idOf = (key: string | undefined, environment = "production"): DraftId => ({ entity: "flag", environment, key });
const draft = (at: number, edited: object = { owner: "me" }) => ({ at, base: { owner: "us" }, edited });

describe("kept drafts", () => {
  it("are found by environment, kind and key, and a new flag has a draft of its own", () => {
    const storage = storageWith();
    keepDraft(storage, idOf("a"), draft(1));
    keepDraft(storage, idOf(undefined), { at: 2, base: undefined, edited: { key: "new" } });
    expect(keptDraft(storage, idOf("a"))).toEqual(draft(1));
    expect(keptDraft(storage, idOf(undefined))).toMatchObject({ edited: { key: "new" } });
    for (const other of [idOf("b"), idOf("a", "staging"), { ...idOf("a"), entity: "segment" as const }]) {
      expect(keptDraft(storage, other)).toBeUndefined();
    }
    dropDraft(storage, idOf("a"));
    expect(keptDraft(storage, idOf("a"))).toBeUndefined();
  });

  it("are at most twenty: the oldest goes first", () => {
    const storage = storageWith();
    keepDraft(storage, idOf("oldest"), draft(1));
    for (let i = 0; i < 20; i++) keepDraft(storage, idOf(`flag-${i}`), draft(10 + i));
    keepDraft(storage, idOf("flag-3"), draft(100));
    expect(storage.names()).toHaveLength(20);
    expect(keptDraft(storage, idOf("oldest"))).toBeUndefined();
    expect(keptDraft(storage, idOf("flag-3"))?.at).toBe(100);
  });

  it("that are too large for any tab leave no earlier draft behind", () => {
    const storage = storageWith();
    expect(keepDraft(storage, idOf("a"), draft(1))).toBe(true);
    expect(keepDraft(storage, idOf("a"), draft(2, { text: "x".repeat(600_000) }))).toBe(false);
    expect(keptDraft(storage, idOf("a"))).toBeUndefined();
  });

  it("that have no room in this tab are for this page; the next page finds the earlier ones", () => {
    const stored = browserStorageOf(200);
    const storage = withMemory(() => stored);
    keepDraft(storage, idOf("a"), draft(1));
    const large = draft(2, { text: "x".repeat(300) });
    expect(keepDraft(storage, idOf("a"), large)).toBe(false);
    expect(keptDraft(storage, idOf("a"))).toEqual(large);
    const nextPage = withMemory(() => stored);
    expect(keptDraft(nextPage, idOf("a"))).toEqual(draft(1));
    dropAllDrafts(storage);
    expect(keptDraft(storage, idOf("a"))).toBeUndefined();
  });

  it("are all removed at once, and nothing else is", () => {
    const storage = storageWith();
    storage.setItem("burgee.token", "secret");
    keepDraft(storage, idOf("a"), draft(1));
    keepDraft(storage, idOf("b"), draft(2));
    dropAllDrafts(storage);
    expect(storage.names()).toEqual(["burgee.token"]);
  });

  it("that cannot be read are none", () => {
    const storage = storageWith();
    keepDraft(storage, idOf("a"), draft(1));
    const name = storage.names()[0] ?? "";
    for (const text of ["{", "null", '{"at":"now","edited":{}}', "[]"]) {
      storage.setItem(name, text);
      expect(keptDraft(storage, idOf("a"))).toBeUndefined();
    }
  });
});
