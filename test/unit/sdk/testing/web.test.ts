import { InMemoryProvider, OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { afterAll, beforeAll, describe, test } from "vitest";
import { OverridableProvider, overrideFlag, withFlags } from "../../../../sdk/testing/web.ts";

describe("burgee/testing/web", () => {
  const wrapped = new InMemoryProvider({
    checkout: { variants: { on: true, off: false }, defaultVariant: "off", disabled: false },
  });
  beforeAll(() => OpenFeature.setProviderAndWait(new OverridableProvider(wrapped)));
  afterAll(() => OpenFeature.close());

  const checkout = () => OpenFeature.getClient().getBooleanValue("checkout", false);

  test("an override is in force to the end of its block, or of the call", async ({ expect }) => {
    {
      using _ = overrideFlag("checkout", true);
      expect(checkout()).toBe(true);
    }
    expect(checkout()).toBe(false);
    await withFlags({ checkout: true }, async () => expect(checkout()).toBe(true));
    expect(checkout()).toBe(false);
    const failing = withFlags({ checkout: true }, () => {
      throw new Error(`checkout is ${checkout()}`);
    });
    await expect(failing).rejects.toThrow("checkout is true");
    expect(checkout()).toBe(false);
  });

  test("the page is told which flags have changed, by an override and by the wrapped provider", async ({ expect }) => {
    const told: unknown[] = [];
    const client = OpenFeature.getClient();
    const handler = (details?: object) => void told.push((details as { flagsChanged?: string[] }).flagsChanged);
    client.addHandler(ProviderEvents.ConfigurationChanged, handler);
    const override = overrideFlag("checkout", true);
    await expect.poll(() => told).toEqual([["checkout"]]);
    override.restore();
    await expect.poll(() => told).toEqual([["checkout"], ["checkout"]]);
    wrapped.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: ["search"] });
    await expect.poll(() => told).toEqual([["checkout"], ["checkout"], ["search"]]);
    client.removeHandler(ProviderEvents.ConfigurationChanged, handler);
  });

  test("a provider that was replaced is told of nothing any more", async ({ expect }) => {
    const first = new OverridableProvider();
    let told = 0;
    first.events.addHandler(ProviderEvents.ConfigurationChanged, () => void told++);
    await OpenFeature.setProviderAndWait("replaced", first);
    overrideFlag("checkout", true).restore();
    expect(told).toBe(2);
    await OpenFeature.setProviderAndWait("replaced", new OverridableProvider());
    await expect
      .poll(() => {
        const before = told;
        overrideFlag("checkout", true).restore();
        return told - before;
      })
      .toBe(0);
  });
});
