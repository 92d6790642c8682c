import { afterAll, beforeAll, describe, test } from "vitest";
import type { FlagType } from "../../../../src/flags/document.ts";
import type { Accessor } from "../../../support/decoders/client.ts";
import { dotnet } from "../../../support/decoders/dotnet.ts";
import { go } from "../../../support/decoders/go.ts";
import { java } from "../../../support/decoders/java.ts";
import { kotlin } from "../../../support/decoders/kotlin.ts";
import { python } from "../../../support/decoders/python.ts";
import { ruby } from "../../../support/decoders/ruby.ts";
import { rust } from "../../../support/decoders/rust.ts";
import { swift } from "../../../support/decoders/swift.ts";
import { CONTEXTS, failedResponses, singleResponses } from "../../../support/ofrep/ofrep-responses.ts";
import { ofrepMistakes } from "../../../support/ofrep/ofrep-schema.ts";
import {
  type OfrepWorld,
  PAGE_ORIGIN,
  startOfrepWorld,
  type WireResponse,
} from "../../../support/ofrep/ofrep-world.ts";

interface Item {
  key: string;
  value?: unknown;
  reason?: string;
  errorCode?: string;
}

/** Flags for the cases that the example project does not cover. */
const EXTRA = [
  { key: "x-valueless", enabled: false, offVariant: null },
  { key: "x-list", type: "object" as const, variants: { on: [1, "two", { three: 3.5 }], off: [] } },
  { key: "x-odd-text", type: "string" as const, variants: { on: '"\u2028\n\u{1F984}', off: "" } },
  { key: "x-int32", type: "integer" as const, variants: { on: -(2 ** 31), off: 2 ** 31 - 1 } },
  { key: "x-large", type: "float" as const, variants: { on: 1e21, off: -1e-7 } },
  ...[["a", 1], 7, "text", false, { size: 1.5 }, null].map((value, i) => ({
    key: `x-json-${i}`,
    type: "json" as const,
    variants: { on: value, off: null },
  })),
  { key: "x-metadata", metadata: { text: "a", whole: -7, yes: true, largest: 2 ** 31 - 1 } },
  {
    key: "x-strict",
    default: {
      rollout: {
        by: ["targetingKey"],
        salt: "s",
        hash: "murmur3-mulshift" as const,
        weights: [["on", 100_000]] as [string, number][],
        onMissingKey: "error" as const,
      },
    },
  },
];

describe("real clients and real responses", () => {
  let world: OfrepWorld;
  let types: Map<string, FlagType>;
  let singles: WireResponse[];
  let failures: WireResponse[];
  let bulks: WireResponse[];
  let bulkFailures: WireResponse[];

  beforeAll(async () => {
    world = await startOfrepWorld();
    for (const flag of EXTRA) await world.save(flag);
    await world.published();
    const rows = (await world.query("select key, type from flags")) as { key: string; type: FlagType }[];
    types = new Map(rows.map(({ key, type }) => [key, type]));
    singles = await singleResponses(world, [...types.keys()]);
    failures = [...(await failedResponses(world, "checkout-redesign")), await world.ask("nope")];
    bulks = [];
    for (const context of CONTEXTS) {
      for (const key of [world.serverKey, world.clientKey])
        bulks.push(await world.ask(undefined, JSON.stringify({ context }), { "x-api-key": key }));
    }
    bulkFailures = await failedResponses(world, undefined);
  }, 60_000);
  afterAll(() => world.close());

  const read = ({ text }: WireResponse) => JSON.parse(text) as Item;
  /** Code reads a flag of type json in the way that fits the value it expects. */
  const accessorOf = ({ key, value }: Item): Accessor => {
    const type = types.get(key) ?? "boolean";
    if (type !== "json") return type;
    return typeof value === "boolean" || typeof value === "string"
      ? (typeof value as Accessor)
      : typeof value === "number"
        ? "integer"
        : "object";
  };

  test("the responses cover all types, reasons, error codes and statuses", ({ expect }) => {
    const items = singles.map(read);
    expect(new Set(types.values())).toEqual(new Set(["boolean", "string", "integer", "float", "object", "json"]));
    expect(new Set(items.map(({ reason }) => reason))).toEqual(
      new Set(["STATIC", "DEFAULT", "TARGETING_MATCH", "SPLIT", "DISABLED", undefined]),
    );
    expect(items.some((item) => item.reason === "DISABLED" && !("value" in item))).toBe(true);
    const codes = [...singles, ...failures].map((response) => read(response).errorCode);
    expect(new Set(codes)).toEqual(
      new Set([undefined, "TARGETING_KEY_MISSING", "PARSE_ERROR", "INVALID_CONTEXT", "GENERAL", "FLAG_NOT_FOUND"]),
    );
    expect(new Set(failures.map(({ status }) => status))).toEqual(new Set([400, 401, 404, 413, 429, 500, 503]));
    expect(new Set(bulkFailures.map(({ status }) => status))).toEqual(new Set([400, 401, 413, 429, 500, 503]));
  });

  test("every response follows OFREP's schema", ({ expect }) => {
    for (const { name, route, status, text } of [...singles, ...failures, ...bulks, ...bulkFailures])
      expect(ofrepMistakes(route, status, JSON.parse(text)), `${name}\n${text}`).toEqual([]);
  });

  test("the schema finds mistakes", ({ expect }) => {
    expect(ofrepMistakes("single", 200, { key: "a", reason: "STATIC", value: null })).not.toEqual([]);
    expect(ofrepMistakes("single", 200, { key: "a", value: true })).not.toEqual([]);
    expect(ofrepMistakes("single", 404, { key: "a", errorCode: "GENERAL" })).not.toEqual([]);
    expect(ofrepMistakes("bulk", 200, { flags: [{ key: "a" }] })).not.toEqual([]);
    expect(ofrepMistakes("bulk", 200, { flags: [], eventStreams: [{ type: "sse" }] })).not.toEqual([]);
  });

  test("successes and failures have exactly the members that clients know", ({ expect }) => {
    for (const response of [...singles, ...failures]) {
      const { value: _, ...members } = read(response);
      const names = response.status === 200 ? "key,reason,variant,metadata" : "key,errorCode,errorDetails,metadata";
      expect(Object.keys(members).join(), response.name).toBe(names);
    }
    for (const response of bulkFailures)
      expect(Object.keys(read(response)), response.name).toEqual(["errorCode", "errorDetails"]);
  });

  test.for([go, java, python, dotnet, rust, ruby])("$name reads each flag", (client, { expect }) => {
    for (const response of singles) {
      const item = read(response);
      const seen = client.evaluate(response, accessorOf(item));
      // Go ignores the value of a disabled flag.
      const isDefault = !("value" in item) || (client === go && item.reason === "DISABLED");
      expect(seen.value, response.name).toEqual(isDefault ? undefined : item.value);
      if (!isDefault) expect(seen.errorCode).toBeUndefined();
    }
  });

  test.for([go, java, python, dotnet, rust, ruby])(
    "$name falls back to the default on each error",
    (client, { expect }) => {
      for (const response of failures) {
        const seen = client.evaluate(response, "boolean");
        expect(seen.value, response.name).toBeUndefined();
        expect(seen.errorCode, response.name).toBeTypeOf("string");
      }
    },
  );

  test.for([swift, kotlin])("$name reads every flag of a bulk response", (client, { expect }) => {
    for (const response of bulks) {
      const { flags: items } = JSON.parse(response.text) as { flags: Item[] };
      const flags = client.decode(response);
      expect(flags?.size).toBe(items.length);
      for (const item of items) {
        const seen = client.read(flags?.get(item.key), accessorOf(item));
        const isWholeFloat = types.get(item.key) === "float" && Number.isInteger(item.value);
        if (client === swift && isWholeFloat) expect(seen).toEqual({ errorCode: "TYPE_MISMATCH" });
        else expect(seen.value, item.key).toEqual(item.value);
      }
    }
  });

  test("Kotlin knows every code of a refused bulk request, and Java always finds metadata", ({ expect }) => {
    for (const response of bulkFailures.filter(({ status }) => status === 400))
      expect(() => kotlin.decode(response), response.name).toThrow(read(response).errorCode);
    for (const response of [...singles, ...failures]) expect(response.text, response.name).toContain('"metadata":{');
  });

  test("only browsers get more members than Kotlin knows", async ({ expect }) => {
    const native = await world.ask(undefined, "{}", { "x-api-key": world.clientKey });
    const browser = await world.ask(undefined, "{}", { "x-api-key": world.clientKey, origin: PAGE_ORIGIN });
    expect(Object.keys(read(native))).toEqual(["flags"]);
    expect(Object.keys(read(browser)).slice(0, 2)).toEqual(["flags", "metadata"]);
    expect(ofrepMistakes("bulk", 200, read(browser))).toEqual([]);
    expect(() => kotlin.decode(browser)).toThrow('unknown member "metadata"');
    expect(swift.decode(browser)?.size).toBe(swift.decode(native)?.size);
  });
});
