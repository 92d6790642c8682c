import { type Client, ErrorCode, InMemoryProvider, OpenFeature } from "@openfeature/server-sdk";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, test } from "vitest";
import { OverridableProvider, overrideFlag, withFlags } from "../../../../sdk/testing/index.ts";

const boolean = (variant: "on" | "off") =>
  ({ variants: { on: true, off: false }, defaultVariant: variant, disabled: false }) as const;

describe("burgee/testing over an in-memory provider", () => {
  let client: Client;
  beforeAll(async () => {
    const flags = new InMemoryProvider({
      checkout: boolean("off"),
      search: boolean("off"),
      theme: { variants: { light: "light", dark: "dark" }, defaultVariant: "light", disabled: false },
    });
    await OpenFeature.setProviderAndWait(new OverridableProvider(flags));
    client = OpenFeature.getClient();
  });
  afterAll(() => OpenFeature.close());

  const checkout = () => client.getBooleanValue("checkout", false);

  test("an override lasts until the end of its block", async ({ expect }) => {
    {
      await using _ = overrideFlag("checkout", true);
      expect(await checkout()).toBe(true);
      expect(await client.getBooleanValue("search", true)).toBe(false);
    }
    expect(await checkout()).toBe(false);
    {
      using _ = overrideFlag("checkout", true);
      expect(await checkout()).toBe(true);
    }
    expect(await checkout()).toBe(false);
  });

  test("an override ends when its block throws", async ({ expect }) => {
    const failing = async () => {
      await using _ = overrideFlag("checkout", true);
      throw new Error(`checkout is ${await checkout()}`);
    };
    await expect(failing()).rejects.toThrow("checkout is true");
    expect(await checkout()).toBe(false);
    await expect(
      withFlags({ checkout: true }, async () => {
        throw new Error(`checkout is ${await checkout()}`);
      }),
    ).rejects.toThrow("checkout is true");
    expect(await checkout()).toBe(false);
  });

  test("the newest override applies, and overrides can end in any order", async ({ expect }) => {
    const first = overrideFlag("theme", "dark");
    const second = overrideFlag("theme", "sepia");
    const theme = () => client.getStringValue("theme", "none");
    expect(await theme()).toBe("sepia");
    first.restore();
    first.restore();
    expect(await theme()).toBe("sepia");
    second.restore();
    expect(await theme()).toBe("light");
  });

  test("tests that run at the same time do not see each other's flags", async ({ expect }) => {
    const arrived: (() => void)[] = [];
    /** Resolves when all three have called it. */
    const together = () =>
      new Promise<void>((resolve) => {
        arrived.push(resolve);
        if (arrived.length === 3) for (const go of arrived) go();
      });
    const seen = await Promise.all([
      withFlags({ checkout: true }, async () => {
        await together();
        return [await checkout(), await client.getBooleanValue("search", true)];
      }),
      withFlags({ search: true }, async () => {
        await using _ = overrideFlag("checkout", true);
        await together();
        return [await checkout(), await client.getBooleanValue("search", true)];
      }),
      together().then(async () => [await checkout(), await client.getBooleanValue("search", true)]),
    ]);
    expect(seen).toEqual([
      [true, false],
      [true, true],
      [false, false],
    ]);
  });

  test("a nested withFlags adds to the outer one", async ({ expect }) => {
    await withFlags({ checkout: true, theme: "dark" }, async () => {
      await withFlags({ theme: "sepia" }, async () => {
        expect(await checkout()).toBe(true);
        expect(await client.getStringValue("theme", "none")).toBe("sepia");
      });
      expect(await client.getStringValue("theme", "none")).toBe("dark");
    });
    expect(await client.getStringValue("theme", "none")).toBe("light");
    expect(await withFlags({}, () => "returned unchanged")).toBe("returned unchanged");
  });

  test("an override reaches a server in the same process, but withFlags does not", async ({ expect }) => {
    const server = createServer((_, response) => void checkout().then((value) => response.end(String(value))));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const ask = async () => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)).text();
    try {
      await using _ = overrideFlag("checkout", true);
      expect(await ask()).toBe("true");
    } finally {
      expect(await withFlags({ checkout: true }, ask)).toBe("false");
      server.close();
      server.closeAllConnections();
    }
  });

  test("the details say that a flag is overridden; an override of another type is a mismatch", async ({ expect }) => {
    await using _ = overrideFlag("checkout", true);
    expect(await client.getBooleanDetails("checkout", false)).toMatchObject({
      value: true,
      reason: "TARGETING_MATCH",
      flagMetadata: { override: true },
    });
    expect(await client.getStringDetails("checkout", "code's own")).toMatchObject({
      value: "code's own",
      errorCode: ErrorCode.TYPE_MISMATCH,
    });
    const limits = () => client.getObjectValue("limits", { items: [] });
    expect(await withFlags({ limits: { items: [1, 2] } }, limits)).toEqual({ items: [1, 2] });
    expect(await withFlags({ limits: null }, limits)).toEqual({ items: [] });
  });

  test("without a wrapped provider, every other flag has the code's default", async ({ expect }) => {
    await OpenFeature.setProviderAndWait("alone", new OverridableProvider());
    const alone = OpenFeature.getClient("alone");
    await using _ = overrideFlag("page-size", 24);
    expect(await alone.getNumberValue("page-size", 12)).toBe(24);
    expect(await alone.getBooleanDetails("checkout", true)).toMatchObject({
      value: true,
      errorCode: ErrorCode.FLAG_NOT_FOUND,
    });
  });

  test("the wrapped provider is initialized, receives tracked events and is closed", async ({ expect }) => {
    const calls: string[] = [];
    const wrapped = Object.assign(new InMemoryProvider({}), {
      initialize: async (_: unknown, domain?: string) => void calls.push(`initialize ${domain}`),
      track: (name: string) => void calls.push(`track ${name}`),
      onClose: async () => void calls.push("close"),
    });
    await OpenFeature.setProviderAndWait("watched", new OverridableProvider(wrapped));
    OpenFeature.getClient("watched").track("bought");
    await OpenFeature.setProviderAndWait("watched", new OverridableProvider());
    await expect.poll(() => calls).toEqual(["initialize watched", "track bought", "close"]);
  });
});
