import { afterAll, beforeAll, describe, test } from "vitest";
import { type OfrepWorld, startOfrepWorld } from "../../../support/ofrep/ofrep-world.ts";

interface Item {
  key: string;
  errorCode?: string;
  value?: unknown;
  metadata: unknown;
}

describe("documents that an edit in SQL has broken", () => {
  let world: OfrepWorld;
  beforeAll(async () => {
    world = await startOfrepWorld();
    for (const key of ["broken-a", "broken-b", "null-value", "odd-metadata"]) await world.save({ key });
    const rules = [
      { id: "odd", when: { attribute: "a", operator: "matches", values: ["("] }, serve: { variant: "on" } },
    ];
    await world.query("update flag_configurations set rules = $1 where flag_key like 'broken-%'", [
      JSON.stringify(rules),
    ]);
    await world.query(`update flags set variants = '{"on":null,"off":false}' where key = 'null-value'`);
    await world.query(
      `update flags set metadata = '{"a":null,"b":[1],"c":{},"d":1.5,"e":4294967296,"f":"kept","g":7,"h":false}' where key = 'odd-metadata'`,
    );
    await world.published();
  });
  afterAll(() => world.close());

  const bulk = async (): Promise<Item[]> => (JSON.parse((await world.ask(undefined)).text) as { flags: Item[] }).flags;

  test("each broken flag is an error under its own key, beside all the others", async ({ expect }) => {
    const items = await bulk();
    expect(items.filter(({ errorCode }) => errorCode === "PARSE_ERROR").map(({ key }) => key)).toEqual([
      "broken-a",
      "broken-b",
    ]);
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
    for (const key of ["broken-a", "broken-b"]) {
      const { status, text } = await world.ask(key);
      expect(status).toBe(500);
      expect(JSON.parse(text)).toEqual({
        key,
        errorCode: "PARSE_ERROR",
        errorDetails: expect.any(String),
        metadata: {},
      });
    }
  });

  test("a variant that is null counts as no value, so the caller's default applies", async ({ expect }) => {
    expect((await world.ask("null-value")).text).not.toContain("null,");
    expect(JSON.parse((await world.ask("null-value")).text)).not.toHaveProperty("value");
  });

  test("metadata of other types than text, 32-bit whole numbers and booleans is left out", async ({ expect }) => {
    const { metadata } = (await bulk()).find(({ key }) => key === "odd-metadata") ?? {};
    expect(metadata).toEqual({ f: "kept", g: 7, h: false, flagSetId: "production", version: expect.any(String) });
  });
});
