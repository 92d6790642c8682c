import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, type Provider, ProviderEvents } from "@openfeature/web-sdk";
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { CONTEXTS } from "../../../support/ofrep/ofrep-responses.ts";
import { type Colo, startColo } from "../../../support/edge/colo.ts";
import { type OfrepWorld, PAGE_ORIGIN, startOfrepWorld } from "../../../support/ofrep/ofrep-world.ts";
import { KEY_SECRET } from "../../../support/project.ts";

const CONTEXT = { targetingKey: "user-2", plan: "pro", seats: 60, roles: ["admin"] };

describe("pages that are rendered with their flags", () => {
  let world: OfrepWorld;
  let colo: Colo;

  beforeAll(async () => {
    world = await startOfrepWorld();
    colo = await startColo({ bindings: { ...world.backends.bindings, KEY_SECRET } });
  });
  afterEach(() => OpenFeature.clearProviders());
  afterAll(async () => {
    await colo.dispose();
    await world.close();
  });

  test.for(CONTEXTS)(
    "GET /flags has the body and the ETag of the page's own POST: context %j",
    async (context, { expect }) => {
      const query = new URLSearchParams({ context: JSON.stringify(context) }).toString();
      for (const headers of [{}, { origin: PAGE_ORIGIN }]) {
        const get = await world.isolate.fetch(`/flags?${query}`, {
          headers: { "x-api-key": world.clientKey, ...headers },
        });
        const post = await world.ask(undefined, JSON.stringify({ context }), {
          "x-api-key": world.clientKey,
          ...headers,
        });
        expect(await get.text()).toBe(post.text);
        expect(get.headers.get("etag")).toBe(post.headers.get("etag"));
        expect(get.headers.get("vary")).toContain("Origin");
      }
    },
  );

  /** Evaluates as the page's server does: with the client key and the page's origin, which are part of the ETag. */
  const render = async (context: object) => {
    const query = new URLSearchParams({ context: JSON.stringify(context) }).toString();
    const headers = { "x-api-key": world.clientKey, origin: PAGE_ORIGIN };
    const response = await colo.fetch(`/flags?${query}`, { headers });
    return { body: await response.text(), etag: response.headers.get("etag") ?? "" };
  };

  test("the web provider starts from the rendered flags, and its first request is a 304", async ({ expect }) => {
    const rendered = await render(CONTEXT);
    const { flags, ...members } = JSON.parse(rendered.body) as { flags: { key: string; value: unknown }[] };
    expect(members).toMatchObject({ metadata: { flagSetId: "production" }, eventStreams: [{ type: "sse" }] });

    const asked: { ifNoneMatch: string | null; status: number }[] = [];
    let isStarted = false;
    const fetchImplementation = async (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
      if (!isStarted) {
        isStarted = true;
        return new Response(rendered.body, { headers: { "content-type": "application/json", etag: rendered.etag } });
      }
      const request = new Request(input, init);
      // A browser adds the origin by itself.
      request.headers.set("origin", PAGE_ORIGIN);
      const response = await fetch(request);
      asked.push({ ifNoneMatch: request.headers.get("if-none-match"), status: response.status });
      return response;
    };
    const provider = new OFREPWebProvider({
      baseUrl: (await colo.miniflare.ready).origin,
      headers: [["X-API-Key", world.clientKey]],
      cacheMode: "network-first",
      fetchImplementation,
    });
    let changes = 0;
    OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, () => void changes++);
    // The provider's types expect a browser.
    await OpenFeature.setProviderAndWait(provider as unknown as Provider, CONTEXT);
    expect(asked, "ready before anything was asked").toEqual([]);
    const value = OpenFeature.getClient().getStringValue("delivery-promise", "default");
    expect(value).toBe(flags.find(({ key }) => key === "delivery-promise")?.value);

    await OpenFeature.setContext(CONTEXT);
    expect(asked).toEqual([{ ifNoneMatch: rendered.etag, status: 304 }]);
    expect(changes).toBe(0);
  });

  test("a page rendered for another user gets its own flags", async ({ expect }) => {
    const { etag } = await render(CONTEXT);
    const headers = { "x-api-key": world.clientKey, origin: PAGE_ORIGIN, "if-none-match": etag };
    const body = '{"context":{"targetingKey":"user-9","plan":"enterprise"}}';
    const response = await colo.fetch("/ofrep/v1/evaluate/flags", { method: "POST", headers, body });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  });
});
