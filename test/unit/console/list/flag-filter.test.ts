import { describe, test } from "vitest";
import {
  filterFlags,
  filterOfQuery,
  type ListedFlag,
  queryOfFilter,
  sortFlags,
} from "../../../../console/src/state/flags/flag-filter.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");

function aFlag(key: string, changes: Partial<ListedFlag> = {}): ListedFlag {
  return {
    key,
    type: "boolean",
    variants: { on: true, off: false },
    enabled: true,
    default: { variant: "on" },
    updatedAt: "2026-05-30T00:00:00Z",
    ...changes,
  };
}

const FLAGS = [
  aFlag("checkout", {
    lifetime: "temporary",
    expiresAt: "2026-06-01T00:00:01Z",
    description: "The new Checkout",
    owner: "payments",
    tags: ["release"],
  }),
  aFlag("banner", {
    updatedAt: "2026-01-01T00:00:00Z",
    state: { name: "unused", reason: "last evaluated 60 days ago, in production" },
    lifetime: "temporary",
    expiresAt: "2026-06-01T00:00:00Z",
  }),
  aFlag("outage", { kind: "switch", enabled: false, updatedAt: "2026-05-31T00:00:00Z" }),
];

const FAVOURITES = new Set(["outage", "gone"]);

const found = (query: Record<string, string>): string[] =>
  filterFlags(sortFlags(FLAGS, filterOfQuery(query)), filterOfQuery(query), NOW, FAVOURITES).flags.map(
    ({ key }) => key,
  );

describe("the list of flags", () => {
  test("finds every word in key, description, owner or tags, in any case", ({ expect }) => {
    expect(found({ search: "NEW check" })).toEqual(["checkout"]);
    expect(found({ search: "payments release" })).toEqual(["checkout"]);
    expect(found({ search: "payments banner" })).toEqual([]);
  });

  test("is filtered by tag, kind and state", ({ expect }) => {
    expect(found({ tag: "release" })).toEqual(["checkout"]);
    expect(found({ kind: "flag" })).toEqual(["banner", "checkout"]);
    expect(found({ state: "off" })).toEqual(["outage"]);
    expect(found({ state: "unused" })).toEqual(["banner"]);
    expect(found({ state: "active" })).toEqual([]);
    expect(found({ lifetime: "temporary" })).toEqual(["banner", "checkout"]);
    expect(found({ lifetime: "expired" })).toEqual(["banner"]);
  });

  test("is filtered by the favourites, with the other filters, and the address says so", ({ expect }) => {
    expect(found({ favourite: "only" })).toEqual(["outage"]);
    expect(found({ favourite: "only", state: "on" })).toEqual([]);
    expect(queryOfFilter(filterOfQuery({ favourite: "only" }))).toMatchObject({ favourite: "only" });
  });

  test("is filtered by owner and by the last evaluation", ({ expect }) => {
    const flags = [
      aFlag("never", { owner: "payments", lastEvaluatedAt: null }),
      aFlag("long-ago", { lastEvaluatedAt: "2026-04-01T00:00:00Z" }),
      aFlag("last-week", { lastEvaluatedAt: "2026-05-24T00:00:00Z" }),
      aFlag("today", { lastEvaluatedAt: "2026-05-31T12:00:00Z" }),
    ];
    const keys = (query: Record<string, string>) =>
      filterFlags(sortFlags(flags, filterOfQuery(query)), filterOfQuery(query), NOW, FAVOURITES).flags.map(
        ({ key }) => key,
      );
    expect(keys({ owner: "payments" })).toEqual(["never"]);
    expect(keys({ use: "never" })).toEqual(["never"]);
    expect(keys({ use: "30" })).toEqual(["long-ago", "never"]);
    expect(keys({ use: "7" })).toEqual(["last-week", "long-ago", "never"]);
    expect(keys({ use: "recent" })).toEqual(["today"]);
    expect(keys({ sort: "evaluated" })).toEqual(["today", "last-week", "long-ago", "never"]);
  });

  test("has 9 before 10, and the opposite order on demand", ({ expect }) => {
    const flags = ["f.10", "f.9", "F.1"].map((key) => aFlag(key));
    const keys = (query: Record<string, string>) =>
      filterFlags(sortFlags(flags, filterOfQuery(query)), filterOfQuery(query), NOW, FAVOURITES).flags.map(
        ({ key }) => key,
      );
    expect(keys({})).toEqual(["F.1", "f.9", "f.10"]);
    expect(keys({ reversed: "true" })).toEqual(["f.10", "f.9", "F.1"]);
  });

  test("forgives a typo, but only if no flag matches exactly", ({ expect }) => {
    const search = (text: string) => filterFlags(FLAGS, filterOfQuery({ search: text }), NOW, FAVOURITES);
    expect(search("chekout")).toMatchObject({ flags: [{ key: "checkout" }], isSimilar: true });
    expect(search("checkout")).toMatchObject({ flags: [{ key: "checkout" }], isSimilar: false });
    expect(search("zebra")).toEqual({ flags: [], isSimilar: false });
  });

  test("is sorted by key or by last change", ({ expect }) => {
    expect(found({})).toEqual(["banner", "checkout", "outage"]);
    expect(found({ sort: "changed" })).toEqual(["outage", "checkout", "banner"]);
    expect(found({ sort: "size" })).toEqual(["banner", "checkout", "outage"]);
  });

  test("is the same after a reload from its address", ({ expect }) => {
    const query = {
      search: "new check",
      tag: "release",
      kind: "flag",
      state: "unused",
      lifetime: "expired",
      sort: "changed",
    };
    expect(queryOfFilter(filterOfQuery(query))).toEqual(query);
    expect(Object.values(queryOfFilter(filterOfQuery({}))).filter((value) => value !== undefined)).toEqual([]);
  });
});
