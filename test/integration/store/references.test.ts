import { afterAll, beforeAll, beforeEach, describe, it } from "vitest";
import { ConflictError, InvalidInputError } from "../../../src/ops/errors.ts";
import {
  deleteFlag,
  deleteFlagDefinition,
  saveDefinition,
  saveFlag,
  saveProject,
} from "../../../src/store/writes/flags.ts";
import { createFlagReader } from "../../../src/store/readings/flag-reader.ts";
import { deleteSegment, saveSegment } from "../../../src/store/writes/segments.ts";
import { planFlag } from "../../../src/evaluation/compile.ts";
import type { Condition, FlagConfiguration } from "../../../src/flags/document.ts";
import { aFlag, aSegment, BACKENDS, startStore, type TestStore } from "./backends.ts";

const options = { actor: "ada" };
const on = { variant: "on" };
const needs = (flag: string, variants = ["on"]) => ({ prerequisites: [{ flag, variants }] });
const uses = (segment: string) => ({ rules: [{ id: "r", when: { all: [{ segment }] }, serve: on }] });

describe.each(BACKENDS)("references on %s", (_, url) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await startStore(url);
  });
  afterAll(() => store.close());
  beforeEach(() => store.reset());

  const failure = async (write: Promise<unknown>) =>
    await write.then(
      () => undefined,
      (error: unknown) => error,
    );
  const fieldErrors = async (write: Promise<unknown>) => {
    const error = await failure(write);
    return error instanceof InvalidInputError ? error.errors : error;
  };
  const save = (key: string, configuration: Partial<FlagConfiguration> = {}) =>
    saveFlag(store.db, "prod", aFlag(key, configuration), options);

  it("refuses flags and segments that the environment does not have, and points at them", async ({ expect }) => {
    await saveFlag(store.db, "dev", aFlag("elsewhere"), options);
    const write = save("a", { ...uses("ghosts"), ...needs("elsewhere") });
    expect(await fieldErrors(write)).toEqual([
      { pointer: "/prerequisites/0/flag", detail: 'flag "elsewhere" does not exist in this environment' },
      { pointer: "/rules/0/when/all/0/segment", detail: 'segment "ghosts" does not exist in this environment' },
    ]);
    expect(await store.rows("select key from flags where key = 'a'")).toEqual([]);
  });

  describe("an evaluation that would run too many tests", () => {
    const leaf = { attribute: "plan", operator: "exists" } as const;
    const any = (count: number, condition: Condition): Condition => ({
      any: Array.from({ length: count }, () => condition),
    });
    const when = (condition: Condition) => ({ rules: [{ id: "r", when: condition, serve: on }] });

    it("is refused, whether the flag or something that it refers to would cause it", async ({ expect }) => {
      await saveSegment(store.db, "prod", aSegment("wide", any(400, leaf)), options);
      await saveSegment(store.db, "prod", aSegment("wider", any(250, { segment: "wide" })), options);
      const tooMuch = (flag: string, tests: number) =>
        `one evaluation of flag "${flag}" would make ${tests} tests, including those of segments and other flags; at most 100000 are allowed`;
      expect(await fieldErrors(save("over", when({ all: [leaf, { segment: "wider" }] })))).toEqual([
        { pointer: "/rules", detail: tooMuch("over", 100_001) },
      ]);
      await save("full", when({ segment: "wider" }));
      await save("idle");
      const wide = saveSegment(store.db, "prod", aSegment("wide", any(401, leaf)), options);
      expect(await fieldErrors(wide)).toEqual([{ pointer: "/condition", detail: tooMuch("full", 100_250) }]);
      await save("dependent", when(any(2, { flag: "idle", variants: ["on"] })));
      const wideAgain = save("idle", when({ all: [{ segment: "wide" }, any(126, { segment: "wide" })] }));
      expect(await fieldErrors(wideAgain)).toEqual([{ pointer: "/rules", detail: tooMuch("dependent", 101_600) }]);
    });

    it("is counted in the same way as when compiling", async ({ expect }) => {
      const bucket = {
        bucket: { by: ["id"], salt: "s", hash: "murmur3-mulshift" as const, ranges: [[0, 10]] as [number, number][] },
      };
      await saveSegment(store.db, "prod", aSegment("leaves", { all: [leaf, { not: bucket }, any(3, leaf)] }), options);
      await save("shell", when({ segment: "leaves" }));
      await save("counted", {
        ...needs("shell"),
        rules: [
          { id: "a", when: { any: [{ segment: "leaves" }, { flag: "shell", variants: ["on"] }, leaf] }, serve: on },
          { id: "b", when: { segment: "leaves" }, serve: on },
          { id: "c", serve: on },
        ],
      });
      const document = (await createFlagReader(store.db).readFlags("prod", ["counted"]))?.flags.get("counted");
      const [excess] = await store.rows<{ found: Record<string, number> }>(
        "select find_excess('prod', '{flag:counted}', 0) as found",
      );
      expect(excess?.found).toEqual({ "flag:counted": planFlag(document!).traits.tests });
    });
  });

  it("refuses variants that the named flag does not have", async ({ expect }) => {
    await save("shell");
    expect(await fieldErrors(save("a", needs("shell", ["on", "maybe"])))).toEqual([
      { pointer: "/prerequisites/0/flag", detail: 'flag "shell" has no variant "maybe"' },
    ]);
  });

  it("refuses to serve a variant that the flag itself does not have, wherever it is named", async ({ expect }) => {
    const split = {
      rollout: { by: ["k"], salt: "s", hash: "murmur3-mulshift" as const, weights: [["b", 1]] as [string, number][] },
    };
    for (const broken of [
      { default: { variant: "b" } },
      { offVariant: "b" },
      { rules: [{ id: "r", serve: { variant: "b" } }] },
      {
        rules: [
          { id: "r", serve: on },
          { id: "s", serve: split },
        ],
      },
      { default: { draw: { weights: [["b", 1]] as [string, number][] } } },
    ]) {
      expect(await fieldErrors(save("a", broken))).toEqual([
        { pointer: "/variants", detail: 'flag "a" has no variant "b"' },
      ]);
    }
    await save("a", { offVariant: null });
  });

  it("refuses a definition that loses a variant which another flag names", async ({ expect }) => {
    await save("shell");
    await save("a", needs("shell", ["off"]));
    const smaller = aFlag("shell", { offVariant: null }, { variants: { on: true } });
    expect(await fieldErrors(saveFlag(store.db, "prod", smaller, options))).toEqual([
      { pointer: "/variants", detail: 'flag "shell" has no variant "off", but flag "a" refers to it' },
    ]);
    await saveFlag(store.db, "dev", aFlag("shell"), options);
    expect(await fieldErrors(saveDefinition(store.db, smaller, options))).toHaveLength(1);
  });

  it("names a cycle of flags and points at the step into it", async ({ expect }) => {
    await save("a");
    await save("b", needs("a"));
    await save("c", needs("b"));
    expect(await fieldErrors(save("a", needs("c")))).toEqual([
      { pointer: "/prerequisites/0/flag", detail: "makes a cycle: a → c → b → a" },
    ]);
    expect(await fieldErrors(save("d", needs("d")))).toEqual([
      { pointer: "/prerequisites/0/flag", detail: "makes a cycle: d → d" },
    ]);
  });

  it("names cycles of segments, and cycles through flags and segments", async ({ expect }) => {
    await saveSegment(store.db, "prod", aSegment("inner"), options);
    await saveSegment(store.db, "prod", aSegment("outer", { not: { segment: "inner" } }), options);
    expect(
      await fieldErrors(saveSegment(store.db, "prod", aSegment("inner", { any: [{ segment: "outer" }] }), options)),
    ).toEqual([{ pointer: "/condition/any/0/segment", detail: "makes a cycle: inner → outer → inner" }]);
    await save("a", uses("outer"));
    expect(
      await fieldErrors(saveSegment(store.db, "prod", aSegment("inner", { flag: "a", variants: ["on"] }), options)),
    ).toEqual([{ pointer: "/condition/flag", detail: "makes a cycle: a → outer → inner → a" }]);
  });

  it("finds a cycle behind flags that lead into it, and among many without one", async ({ expect }) => {
    const flags = Array.from({ length: 50 }, (_item, i) => aFlag(`f${i}`, i > 0 ? needs(`f${i - 1}`) : {}));
    await saveProject(store.db, "prod", { flags, segments: [] }, options);
    const write = store.exec(`update flag_configurations set prerequisites = '[{"flag": "f12", "variants": ["on"]}]'
      where flag_key = 'f10'`);
    await expect(write).rejects.toThrow("f10 → f12 → f11 → f10");
  });

  it("accepts a transaction that is right only at its end", async ({ expect }) => {
    await store.exec(`begin;
      insert into flags (key, kind, type, variants) values ('a', 'flag', 'boolean', '{"on": true}'), ('b', 'flag', 'boolean', '{"on": true}');
      insert into flag_configurations (environment, flag_key, default_serve, prerequisites)
        values ('prod', 'a', '{"variant": "on"}', '[{"flag": "b", "variants": ["on"]}]');
      insert into flag_configurations (environment, flag_key, default_serve) values ('prod', 'b', '{"variant": "on"}');
      commit;`);
    expect(await store.rows("select * from reference_checks")).toEqual([]);
  });

  it("checks a transaction again after its constraints were made immediate", async ({ expect }) => {
    await save("a");
    const write = store.exec(`do $$ begin
      update flag_configurations set enabled = false;
      set constraints all immediate;
      update flag_configurations set off_variant = 'ghost';
    end $$`);
    await expect(write).rejects.toThrow('flag "a" names variant "ghost"');
  });

  it("refuses manual edits that break references", async ({ expect }) => {
    await saveSegment(store.db, "prod", aSegment("staff"), options);
    await save("a", uses("staff"));
    await save("b", needs("a"));
    await expect(store.exec("delete from segments")).rejects.toThrow('segment "staff" is still used by flag "a"');
    await expect(store.exec("delete from flag_configurations where flag_key = 'a'")).rejects.toThrow(
      'flag "a" is still used by flag "b"',
    );
    await expect(
      store.exec(`update segments set condition = '{"segment": "ghosts"}' where key = 'staff'`),
    ).rejects.toThrow('segment "staff" names segment "ghosts", which does not exist in environment "prod"');
    await expect(store.exec("update segments set key = 'crew'")).rejects.toThrow(
      'segment "staff" is still used by flag "a"',
    );
    await store.exec("delete from flag_configurations; delete from segments;");
  });

  it("refuses to delete a flag or segment in use, and names its users", async ({ expect }) => {
    await saveSegment(store.db, "prod", aSegment("staff"), options);
    await save("a", uses("staff"));
    await save("b", needs("a"));
    for (const [write, message] of [
      [() => deleteSegment(store.db, "prod", "staff", options), 'segment "staff" is still used by flag "a"'],
      [() => deleteFlag(store.db, "prod", "a", options), 'flag "a" is still used by flag "b"'],
      [() => deleteFlagDefinition(store.db, "a", options), 'flag "a" is still used by flag "b"'],
    ] as const) {
      const error = await failure(write());
      expect(error).toBeInstanceOf(ConflictError);
      expect(error).toHaveProperty("message", message);
    }
    await deleteFlag(store.db, "prod", "b", options);
    await deleteFlag(store.db, "prod", "a", options);
    await deleteSegment(store.db, "prod", "staff", options);
  });

  it("names all users of a segment, up to 20", async ({ expect }) => {
    await saveSegment(store.db, "prod", aSegment("staff"), options);
    await saveSegment(store.db, "prod", aSegment("crew", { segment: "staff" }), options);
    const keys = Array.from({ length: 18 }, (_, i) => `f${String(i).padStart(2, "0")}`);
    for (const key of keys) await save(key, uses("staff"));
    const listed = [...keys.map((key) => `flag "${key}"`), 'segment "crew"'].join(", ");
    const message = async () => String((await failure(deleteSegment(store.db, "prod", "staff", options))) as Error);
    expect(await message()).toContain(`segment "staff" is still used by ${listed}`);
    expect(await message()).not.toContain("others");
    for (const key of ["g0", "g1"]) await save(key, uses("staff"));
    expect(await message()).toMatch(/flag "f17", flag "g0", flag "g1" and maybe others$/);
    await store.exec("delete from flag_configurations; delete from segments;");
  });

  it("points into the input of a project", async ({ expect }) => {
    const project = {
      flags: [aFlag("fine"), aFlag("a", uses("ghosts"))],
      segments: [aSegment("s", { flag: "phantom", variants: ["on"] })],
    };
    expect(await fieldErrors(saveProject(store.db, "prod", project, options))).toEqual([
      { pointer: "/flags/1/rules/0/when/all/0/segment", detail: 'segment "ghosts" does not exist in this environment' },
      { pointer: "/segments/0/condition/flag", detail: 'flag "phantom" does not exist in this environment' },
    ]);
  });
});
