import { setImmediate } from "node:timers/promises";
import { InMemoryProvider, OpenFeature, type Provider } from "@openfeature/server-sdk";
import { afterEach, describe, expect, it } from "vitest";
import { type Difference, shadowHook } from "../../../examples/shadow/hook.ts";
import { comparing } from "../../../examples/shadow/multi-provider.ts";

function serving(values: Record<string, boolean | object>): Provider {
  const flags = Object.entries(values).map(([key, on]) => [
    key,
    { variants: { on }, defaultVariant: "on", disabled: false },
  ]);
  return new InMemoryProvider(Object.fromEntries(flags) as never);
}

afterEach(() => OpenFeature.clearProviders());

describe("the hook of examples/shadow", () => {
  async function differences(theirs: Provider, ours: Provider, key: string): Promise<[unknown, Difference[]]> {
    await OpenFeature.setProviderAndWait("theirs", theirs);
    await OpenFeature.setProviderAndWait("ours", ours);
    const found: Difference[] = [];
    const client = OpenFeature.getClient("theirs");
    client.addHooks(shadowHook(OpenFeature.getClient("ours"), (one) => void found.push(one)));
    const context = { targetingKey: "user-1" };
    const value =
      key === "object"
        ? await client.getObjectValue(key, {}, context)
        : await client.getBooleanValue(key, false, context);
    await setImmediate();
    return [value, found];
  }

  it("reports a different value with the flag and the key, and the caller gets the current one", async () => {
    expect(await differences(serving({ a: true }), serving({ a: false }), "a")).toEqual([
      true,
      [{ flag: "a", targetingKey: "user-1", theirs: true, ours: false }],
    ]);
  });

  it("reports nothing for equal objects", async () => {
    const object = { size: 1, of: ["a"] };
    expect(await differences(serving({ object }), serving({ object: structuredClone(object) }), "object")).toEqual([
      object,
      [],
    ]);
  });

  it("gives the caller the current value if Burgee does not have the flag", async () => {
    const [value, found] = await differences(serving({ a: true }), serving({}), "a");
    expect({ value, ours: found.map(({ ours }) => ours) }).toEqual({ value: true, ours: [false] });
  });
});

describe("the multi-provider of examples/shadow", () => {
  async function called(theirs: Provider, ours: Provider, key: string): Promise<[unknown, unknown[]]> {
    const found: unknown[] = [];
    await OpenFeature.setProviderAndWait(comparing(theirs, ours, (values) => void found.push(values)));
    const client = OpenFeature.getClient();
    return [key === "object" ? await client.getObjectValue(key, {}) : await client.getBooleanValue(key, false), found];
  }

  it("reports different values, and the caller gets the current one", async () => {
    expect(await called(serving({ a: true }), serving({ a: false }), "a")).toEqual([true, [[true, false]]]);
    expect(await called(serving({ a: true }), serving({ a: true }), "a")).toEqual([true, []]);
  });

  it("gives the caller's default if one provider fails, as the page warns", async () => {
    expect(await called(serving({ a: true }), serving({}), "a")).toEqual([false, []]);
  });

  it("reports equal objects as different, as the page warns", async () => {
    const [, found] = await called(serving({ object: { a: 1 } }), serving({ object: { a: 1 } }), "object");
    expect(found).toHaveLength(1);
  });
});
