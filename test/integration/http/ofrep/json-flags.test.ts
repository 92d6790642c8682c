import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { ErrorCode, OpenFeature, type Provider } from "@openfeature/web-sdk";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type OfrepWorld, startOfrepWorld } from "../../../support/ofrep/ofrep-world.ts";

const VARIANTS = { list: [1, "two"], number: 7, text: "seven", yes: true, nothing: null };

describe("flags of the type json", () => {
  let world: OfrepWorld;
  beforeAll(async () => {
    world = await startOfrepWorld();
    for (const variant of Object.keys(VARIANTS)) {
      await world.save({
        key: `mixed/${variant}`,
        type: "json",
        variants: VARIANTS,
        default: { variant },
        offVariant: null,
      });
    }
    await world.published();
  });
  afterAll(() => world.close());

  test("have a value in every response, except for null", async ({ expect }) => {
    for (const [variant, value] of Object.entries(VARIANTS)) {
      const { text } = await world.ask(encodeURIComponent(`mixed/${variant}`));
      const metadata = { flagSetId: "production", version: expect.any(String) };
      const members = { key: `mixed/${variant}`, reason: "STATIC", variant, metadata };
      expect(JSON.parse(text)).toEqual(value === null ? members : { ...members, value });
    }
  });

  test("reach the web SDK in bulk, with a slash in the key, in the way that fits the value", async ({ expect }) => {
    const provider = new OFREPWebProvider({
      baseUrl: "http://edge.test",
      headers: [["X-API-Key", world.clientKey]],
      fetchImplementation: async (input: Request | string | URL): Promise<Response> => {
        const request = new Request(input);
        const body = await request.text();
        return await world.isolate.fetch(new URL(request.url).pathname, {
          method: "POST",
          headers: request.headers,
          body,
        });
      },
    });
    // The provider's types expect a browser.
    await OpenFeature.setProviderAndWait(provider as unknown as Provider, { targetingKey: "user-1" });
    const client = OpenFeature.getClient();
    expect(client.getObjectValue("mixed/list", {})).toEqual([1, "two"]);
    expect(client.getNumberValue("mixed/number", 0)).toBe(7);
    expect(client.getStringValue("mixed/text", "")).toBe("seven");
    expect(client.getBooleanValue("mixed/yes", false)).toBe(true);
    expect(client.getStringDetails("mixed/number", "mine")).toMatchObject({
      value: "mine",
      errorCode: ErrorCode.TYPE_MISMATCH,
    });
    expect(client.getStringValue("mixed/nothing", "mine")).toBe("mine");
    await OpenFeature.clearProviders();
  });
});
