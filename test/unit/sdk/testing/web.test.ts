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

  test("an override lasts until the end of its block or call", async ({ expect }) => {
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

  test("overrides and the wrapped provider report which flags have changed", async ({ expect }) => {
    const reported: unknown[] = [];
    const client = OpenFeature.getClient();
    const handler = (details?: object) => void reported.push((details as { flagsChanged?: string[] }).flagsChanged);
    client.addHandler(ProviderEvents.ConfigurationChanged, handler);
    const override = overrideFlag("checkout", true);
    await expect.poll(() => reported).toEqual([["checkout"]]);
    override.restore();
    await expect.poll(() => reported).toEqual([["checkout"], ["checkout"]]);
    wrapped.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged: ["search"] });
    await expect.poll(() => reported).toEqual([["checkout"], ["checkout"], ["search"]]);
    client.removeHandler(ProviderEvents.ConfigurationChanged, handler);
  });

  test("a replaced provider no longer reports changes", async ({ expect }) => {
    const first = new OverridableProvider();
    let reports = 0;
    first.events.addHandler(ProviderEvents.ConfigurationChanged, () => void reports++);
    await OpenFeature.setProviderAndWait("replaced", first);
    overrideFlag("checkout", true).restore();
    expect(reports).toBe(2);
    await OpenFeature.setProviderAndWait("replaced", new OverridableProvider());
    await expect
      .poll(() => {
        const before = reports;
        overrideFlag("checkout", true).restore();
        return reports - before;
      })
      .toBe(0);
  });
});
