import { afterEach, describe, expect, it } from "vitest";
import { removeView, savedViews, saveView } from "../../../../console/src/state/flags/kept/saved-views.ts";
import { dismiss, notices } from "../../../../console/src/state/notices.ts";
import { keepOrNotify, withMemory } from "../../../../console/src/state/storage.ts";
import { browserStorageOf } from "../support/browser-storage.ts";

const texts = (): string[] => notices.value.map(({ text }) => text);
const onlyInMemory = (subject: string): string =>
  `Kept ${subject} only until you close or reload this tab, because the storage of this browser is full or switched off`;

describe("the storage of a browser", () => {
  afterEach(() => notices.value.forEach(({ id }) => dismiss(id)));

  it("keeps a text in memory until it has room for it", () => {
    const stored = browserStorageOf(20);
    const storage = withMemory(() => stored);
    expect(storage.setItem("a", "small")).toBe(true);
    expect(storage.setItem("a", "x".repeat(30))).toBe(false);
    expect([storage.getItem("a"), stored.getItem("a"), storage.names()]).toEqual(["x".repeat(30), "small", ["a"]]);
    expect(storage.setItem("a", "again")).toBe(true);
    expect([storage.getItem("a"), stored.getItem("a")]).toEqual(["again", "again"]);
    expect(storage.setItem("b", "x".repeat(30))).toBe(false);
    expect(storage.names()).toEqual(["a", "b"]);
    storage.removeItem("b");
    expect([storage.getItem("b"), storage.names()]).toEqual([null, ["a"]]);
  });

  it("works in memory if the browser refuses it", () => {
    const storage = withMemory(() => {
      throw new DOMException("denied", "SecurityError");
    });
    expect(storage.setItem("a", "1")).toBe(false);
    expect([storage.getItem("a"), storage.getItem("b"), storage.names()]).toEqual(["1", null, ["a"]]);
  });

  it("says nothing about a text that it has stored", () => {
    keepOrNotify(
      withMemory(() => browserStorageOf()),
      "a",
      "1",
      "the text",
    );
    expect(texts()).toEqual([]);
  });

  // Node has no storage, like some private windows.
  it("keeps a view for this page, and says that it could not store it", () => {
    saveView(" mine ", { search: "checkout" });
    expect(savedViews.value).toEqual([{ name: "mine", query: { search: "checkout" } }]);
    expect(texts()).toEqual([onlyInMemory("the view “mine”")]);
    removeView("mine");
    expect(savedViews.value).toEqual([]);
  });
});
