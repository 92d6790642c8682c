import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import type { Isolate } from "../../support/app.ts";
import { RestoredWorld } from "../../support/backends/restored-world.ts";

/** A restore undoes versions that are then given out again, so that no version in any cache is too high. */
describe("a restore whose lost versions are given out again", () => {
  let world: RestoredWorld;
  let restore: () => Promise<void>;
  let reader: Isolate;
  /** The version that was lost, of which the caches hold the contents. */
  let lost: number;

  beforeAll(async () => {
    world = await RestoredWorld.start();
  });
  afterAll(() => world.close());

  beforeEach(async () => {
    await world.project.backends.upstash.command("FLUSHALL");
    await world.write({ key: "banner", enabled: true });
    await world.write({ key: "other", enabled: true });
    await world.sweep();
    reader = world.isolate();
    await world.ask(reader, "banner");
    await world.ask(reader, "other");
    restore = await world.backup();
    lost = await world.write({ key: "banner", enabled: false });
    for (const flag of ["banner", "other"]) await world.askLater(reader, flag);
  });

  /** Changes a flag behind the worker's back. */
  const edit = (flag: string, metadata: string) =>
    world.project.backends.neon.query("update flags set metadata = $2::jsonb where key = $1", [flag, metadata]);
  const writerLog = () => world.writer.logged.filter((event) => event === "restore_detected").length;

  test("the write that gets the lost version finds the restore, and every isolate follows", async ({ expect }) => {
    await restore();
    const detected = writerLog();
    expect(await world.write({ key: "other", enabled: false })).toBe(lost);
    expect(writerLog()).toBe(detected + 1);
    expect(await world.versionOf()).toBeGreaterThan(lost + 1000);
    for (const isolate of [reader, world.isolate()]) {
      expect(await world.askLater(isolate, "banner")).toMatchObject({ value: true });
      expect(await world.askLater(isolate, "other")).toMatchObject({ value: false });
    }
    expect(await world.sweep()).toEqual([]);
  });

  test("the sweep finds it if the lost version was given to an edit in SQL", async ({ expect }) => {
    await restore();
    await edit("other", '{"since":"the restore"}');
    expect(await world.versionOf()).toBe(lost);
    expect(await world.sweep()).toEqual(["restore_detected"]);
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
    expect(await world.sweep()).toEqual([]);
  });

  test("the sweep finds it even after more edits in SQL than versions were lost", async ({ expect }) => {
    await restore();
    for (let i = 0; i < 3; i++) await edit("other", `{"edit":${i}}`);
    expect(await world.versionOf()).toBe(lost + 2);
    expect(await world.sweep()).toEqual(["restore_detected"]);
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
    expect(await world.askLater(world.isolate(), "banner")).toMatchObject({ value: true });
  });

  test("so does the next write, if the one that got the lost version was never published", async ({ expect }) => {
    await restore();
    await edit("other", '{"since":"the restore"}');
    const detected = writerLog();
    expect(await world.write({ key: "third", enabled: true })).toBe(lost + 1);
    expect(writerLog()).toBe(detected + 1);
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true });
  });

  test("Redis is right even if the versions cannot be raised", async ({ expect }) => {
    await restore();
    await edit("other", '{"since":"the restore"}');
    await world.project.backends.neon.exec(`
      alter function raise_versions(jsonb, bigint) rename to raise_versions_later`);
    const logged = await world.sweep();
    await world.project.backends.neon.exec(`
      alter function raise_versions_later(jsonb, bigint) rename to raise_versions`);
    expect(logged).toEqual(["restore_check_failed"]);
    expect(await world.versionOf()).toBe(lost);
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true, version: lost });
    expect(await world.askLater(world.isolate(), "banner")).toMatchObject({ value: true, version: lost });
  });

  test("an isolate takes nothing of the lost version with it when it reads Postgres", async ({ expect }) => {
    await restore();
    await edit("other", '{"since":"the restore"}');
    await world.project.backends.upstash.command("FLUSHALL");
    for (const flag of ["banner", "other"])
      expect(await world.askLater(reader, flag)).toMatchObject({ status: 200, value: true, version: lost });
    await edit("other", '{"since":"then"}');
    await world.project.backends.upstash.command("FLUSHALL");
    expect(await world.askLater(reader, "banner")).toMatchObject({ value: true, version: lost + 1 });
  });

  test("an isolate that skipped the version keeps none of the flags that it lost", async ({ expect }) => {
    await restore();
    // The documents of both versions have the same number, but different contents.
    await edit("banner", '{"since":"the restore"}');
    await edit("other", '{"since":"then"}');
    await world.project.backends.upstash.command("FLUSHALL");
    expect(await world.versionOf()).toBe(lost + 1);
    expect(await world.askLater(reader, "banner")).toMatchObject({ version: lost + 1, value: true });
  });
});
