import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, type Provider } from "@openfeature/web-sdk";
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { type OfrepWorld, startOfrepWorld } from "../../../support/ofrep/ofrep-world.ts";

const VISITOR = { targetingKey: "user-7" };
const CUSTOMER = { targetingKey: "user-7", plan: "pro" };

/**
 * The real web provider, whose request for the first of two contexts gets its response last. In its default cache mode
 * the provider then keeps the values of the first one, which is a bug of the client (docs/clients.md).
 */
describe("two changes of the context, of which the first is overtaken", () => {
  let world: OfrepWorld;
  beforeAll(async () => {
    world = await startOfrepWorld();
    await world.save({
      key: "plan-page",
      rules: [
        { id: "pro", when: { attribute: "plan", operator: "equals", values: ["pro"] }, serve: { variant: "off" } },
      ],
    });
    await world.published();
  });
  afterEach(() => OpenFeature.clearProviders());
  afterAll(() => world.close());

  /** Starts the provider. Responses for VISITOR wait until `release` is called. */
  const start = async (options: { cacheMode?: "network-first" }) => {
    const { promise: isReleased, resolve: release } = Promise.withResolvers<void>();
    const fetchImplementation = async (input: Request | string | URL): Promise<Response> => {
      const request = new Request(input);
      const body = await request.text();
      const { pathname, search } = new URL(request.url);
      const response = await world.isolate.fetch(pathname + search, { method: "POST", headers: request.headers, body });
      if (body === JSON.stringify({ context: VISITOR })) await isReleased;
      return response;
    };
    const provider = new OFREPWebProvider({
      baseUrl: "http://edge.test",
      headers: [["X-API-Key", world.clientKey]],
      fetchImplementation,
      ...options,
    });
    // The provider's types expect a browser.
    await OpenFeature.setProviderAndWait(provider as unknown as Provider, { targetingKey: "user-1" });
    return { release };
  };
  const isOnFreePlan = () => OpenFeature.getClient().getBooleanValue("plan-page", true);

  /** Changes the context twice in a row, and waits for both. The last response is that for the first context. */
  const changeTwice = async ({ release }: { release: () => void }) => {
    const first = OpenFeature.setContext(VISITOR);
    await OpenFeature.setContext(CUSTOMER);
    release();
    await first;
  };

  test("leaves the default cache mode with the values of the first context", async ({ expect }) => {
    await changeTwice(await start({}));
    expect(OpenFeature.getContext()).toEqual(CUSTOMER);
    // If this fails, the client has been fixed: then remove the row in docs/clients.md.
    expect(isOnFreePlan()).toBe(true);
  });

  test("does no harm with the cache mode network-first", async ({ expect }) => {
    await changeTwice(await start({ cacheMode: "network-first" }));
    expect(isOnFreePlan()).toBe(false);
  });

  test("does not happen if each change is awaited", async ({ expect }) => {
    const { release } = await start({});
    release();
    await OpenFeature.setContext(VISITOR);
    expect(isOnFreePlan()).toBe(true);
    await OpenFeature.setContext(CUSTOMER);
    expect(isOnFreePlan()).toBe(false);
  });
});
