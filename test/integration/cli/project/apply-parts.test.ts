import { afterAll, beforeAll, describe, test } from "vitest";
import { createClient } from "../../../../sdk/client/client.ts";
import { applyAll, planAll } from "../../../../sdk/project/apply.ts";
import { contentsOfDeployment, wholeFlag, wholeSegment } from "../../../../sdk/project/contents.ts";
import type { Contents } from "../../../../sdk/project/contents.ts";
import { type CliTest, startCliTest } from "../harness.ts";

const base = { type: "boolean", variants: { on: true, off: false }, enabled: true, default: { variant: "off" } };

/** Flags in a chain of prerequisites whose keys are in the wrong order, and segments that they use. */
function chain(length: number, variants: object = base.variants, served = "on"): Contents {
  const flags = [...Array(length).keys()].map((i) =>
    wholeFlag({
      ...base,
      key: `flag-${String(i).padStart(3, "0")}`,
      variants,
      default: { variant: served },
      offVariant: served,
      prerequisites: i + 1 < length ? [{ flag: `flag-${String(i + 1).padStart(3, "0")}`, variants: [served] }] : [],
      rules: [{ id: "r", when: { segment: `segment-${i}` }, serve: { variant: served } }],
    }),
  );
  const segments = [...Array(length).keys()].map((i) =>
    wholeSegment({
      key: `segment-${i}`,
      condition: i + 1 < length ? { segment: `segment-${i + 1}` } : { attribute: "a", operator: "exists" },
    }),
  );
  return {
    flags: new Map(flags.map((one) => [one.key, one])),
    segments: new Map(segments.map((one) => [one.key, one])),
  };
}

describe("an environment that is too large for one request", () => {
  let t: CliTest;
  const limits = { bytes: 900, documents: 100 };
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);
  /** Fails every write after the given number of them. */
  const client = (writes = Infinity, beforeFirstDeletion?: () => Promise<void>) => {
    let [left, hook] = [writes, beforeFirstDeletion];
    return createClient({
      url: "http://edge.test",
      token: () => t.project.adminToken,
      fetch: async (url, init) => {
        const { pathname, search } = new URL(new Request(url).url);
        if (init?.method !== "GET" && left-- <= 0) throw Object.assign(new TypeError("x"), { code: "ECONNREFUSED" });
        if (init?.method === "DELETE") {
          await hook?.();
          hook = undefined;
        }
        return await t.isolate.fetch(pathname + search, init);
      },
    });
  };
  const apply = async (
    contents: Contents,
    { isWhole = false, writes = Infinity, beforeFirstDeletion = undefined as (() => Promise<void>) | undefined } = {},
  ) => {
    notes.length = 0;
    const plans = await planAll(client(), [{ environment: "production", contents }], { isWhole });
    return await applyAll(client(writes, beforeFirstDeletion), plans, { isWhole, limits, note });
  };
  const read = async () => {
    const { flags, segments } = await contentsOfDeployment(client(), "production");
    return { flags, segments };
  };

  beforeAll(async () => {
    t = await startCliTest();
  });
  afterAll(() => t.close());

  test("is written in parts, each after the parts that it refers to", async ({ expect }) => {
    const { outcomes, error } = await apply(chain(12));
    expect(error).toBeUndefined();
    expect(outcomes).toMatchObject([{ state: "applied", changes: 24, version: expect.any(Number) }]);
    expect(outcomes[0]?.parts?.total).toBeGreaterThan(4);
    expect(notes[0]).toMatch(
      /^burgee: production needs 0\.\d MiB, but a request can have at most .*, so it is written in \d+ parts/,
    );
    expect(await read()).toEqual(chain(12));
  });

  test("can be continued after a failure, and says which parts were written", async ({ expect }) => {
    const larger = chain(16);
    const { outcomes, error } = await apply(larger, { writes: 2 });
    expect(error).toBeDefined();
    expect(outcomes).toMatchObject([{ state: "partly applied", parts: { written: 2 } }]);
    const again = await apply(larger);
    expect(again.error).toBeUndefined();
    expect(again.outcomes[0]?.changes).toBeLessThan(outcomes[0]?.changes ?? 0);
    expect(await read()).toEqual(larger);
  });

  test("keeps a variant until no document names it, and then removes it", async ({ expect }) => {
    const renamed = chain(16, { yes: true, no: false }, "yes");
    expect((await apply(renamed)).error).toBeUndefined();
    expect(await read()).toEqual(renamed);
  });

  test("deletes everything else with isWhole, referring documents first", async ({ expect }) => {
    const smaller = chain(2, { yes: true, no: false }, "yes");
    const large = [...smaller.flags.values()].map((flag) => ({ ...flag, description: "x".repeat(400) }));
    smaller.flags = new Map(large.map((flag) => [flag.key, flag]));
    const { outcomes, error } = await apply(smaller, { isWhole: true });
    expect(error).toBeUndefined();
    expect(outcomes[0]?.parts?.total).toBeGreaterThan(28);
    expect(await read()).toEqual(smaller);
  });

  test("deletes nothing that someone else changes during the write", async ({ expect }) => {
    expect((await apply(chain(12))).error).toBeUndefined();
    const smaller = chain(2);
    const large = [...smaller.flags.values()].map((flag) => ({ ...flag, description: "x".repeat(400) }));
    smaller.flags = new Map(large.map((flag) => [flag.key, flag]));
    const path = { env: "production", key: "flag-009" };
    const theirs = async () => void (await client().call("patchFlag", { path, body: { description: "theirs" } }));
    const { outcomes, error } = await apply(smaller, { isWhole: true, beforeFirstDeletion: theirs });
    expect(error).toMatchObject({ status: 412 });
    expect(outcomes).toMatchObject([{ state: "partly applied" }]);
    expect((await client().call("getFlag", { path })).body.description).toBe("theirs");
    expect((await apply(chain(2), { isWhole: true })).error).toBeUndefined();
  });

  test("of more than 8 MiB is applied by the command", async ({ expect }) => {
    const values = [...Array(240).keys()].map((i) => `${i}${"x".repeat(1000)}`);
    const flags = [...Array(36).keys()].map((i) => ({
      key: `large-${i}`,
      type: "boolean",
      variants: base.variants,
      environments: {
        production: {
          enabled: true,
          default: { variant: "off" },
          rules: [{ id: "r", when: { attribute: "a", operator: "in", values }, serve: { variant: "on" } }],
        },
      },
    }));
    await t.write("large.json", JSON.stringify({ environments: [{ key: "production" }], flags }));
    const dry = await t.run("apply large.json --dry-run");
    expect(dry).toMatchObject({
      code: 0,
      err: expect.stringContaining("production needs 8.3 MiB, but a request can have at most 8.0 MiB"),
    });
    const ran = await t.run("apply large.json");
    expect(ran.err).toContain("so it is written in 2 parts, each valid by itself");
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringMatching(/production: 36 written in 2 parts up to version \d+/),
    });
    expect((await t.run("diff large.json")).code).toBe(0);
  });
});
