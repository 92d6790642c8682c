import { beforeEach, describe, expect, it } from "vitest";
import {
  favourites,
  recentFlags,
  rememberVisit,
  toggleFavourite,
} from "../../../../console/src/state/flags/kept/favourites.ts";
import { browserStorage } from "../../../../console/src/state/storage.ts";

// There is no storage outside a browser, as in some private windows, so these run in memory.
describe("favourites and recently visited flags", () => {
  const stored = (name: string): unknown => JSON.parse(browserStorage.getItem(`burgee.${name}`) ?? "null");
  beforeEach(() => {
    for (const name of ["favourites", "recent-flags"]) browserStorage.removeItem(`burgee.${name}`);
  });

  it("marks a flag, and a second time no longer", () => {
    toggleFavourite("a");
    toggleFavourite("b");
    expect([...favourites.value]).toEqual(["a", "b"]);
    expect(stored("favourites")).toEqual(["a", "b"]);
    toggleFavourite("a");
    expect([...favourites.value]).toEqual(["b"]);
  });

  it("keeps the favourite that another tab has marked in the meantime", () => {
    toggleFavourite("here");
    browserStorage.setItem("burgee.favourites", JSON.stringify(["here", "there"]));
    toggleFavourite("new");
    expect([...favourites.value]).toEqual(["here", "there", "new"]);
  });

  it("keeps at most 200 favourites, and the last 8 flags without repetition", () => {
    for (let i = 0; i <= 200; i++) toggleFavourite(`flag-${i}`);
    expect(favourites.value.size).toBe(200);
    expect(favourites.value.has("flag-0")).toBe(false);
    for (const key of "abcdefghic".split("")) rememberVisit(key);
    expect(recentFlags.value).toEqual("cihgfedb".split(""));
  });

  it.each(["", "{", "null", '{"a":1}', '["a",1,null]'])("reads %j as no more than its keys", (text) => {
    browserStorage.setItem("burgee.favourites", text);
    toggleFavourite("b");
    expect([...favourites.value]).toEqual(text.startsWith("[") ? ["a", "b"] : ["b"]);
  });
});
