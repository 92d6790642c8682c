import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { type EvaluationContext, OpenFeature, type Provider, ProviderEvents } from "@openfeature/web-sdk";
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { type Bootstrap, bootstrappedFetch } from "../../../../examples/ssr/bootstrap.ts";
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
  const render = async (context: object): Promise<Bootstrap> => {
    const query = new URLSearchParams({ context: JSON.stringify(context) }).toString();
    const headers = { "x-api-key": world.clientKey, origin: PAGE_ORIGIN };
    const response = await colo.fetch(`/flags?${query}`, { headers });
    return { context, body: await response.text(), etag: response.headers.get("etag") ?? "" };
  };

  /** Starts the web provider in a page with this bootstrap, and records the requests that reach the network. */
  const startPage = async (bootstrap: Bootstrap, context: EvaluationContext) => {
    const asked: { ifNoneMatch: string | null; status: number }[] = [];
    const network = async (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
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
      fetchImplementation: bootstrappedFetch(bootstrap, network),
    });
    // The provider's types expect a browser.
    await OpenFeature.setProviderAndWait(provider as unknown as Provider, context);
    return { asked };
  };
  /** Returns the values that the server gives for a context. */
  const valuesFor = async (context: object) => valuesIn((await render(context)).body);
  const valuesIn = (body: string) => {
    const { flags } = JSON.parse(body) as { flags: { key: string; value?: unknown }[] };
    return Object.fromEntries(flags.map(({ key, value }) => [key, value]));
  };
  const promise = () => OpenFeature.getClient().getStringValue("delivery-promise", "default");

  test("the web provider starts from the rendered flags, and its first request is a 304", async ({ expect }) => {
    const rendered = await render(CONTEXT);
    const { flags: _, ...members } = JSON.parse(rendered.body) as { flags: unknown };
    expect(members).toMatchObject({ metadata: { flagSetId: "production" }, eventStreams: [{ type: "sse" }] });
    let changes = 0;
    OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, () => void changes++);
    const { asked } = await startPage(rendered, CONTEXT);
    expect(asked, "ready before anything was asked").toEqual([]);
    expect(promise()).toBe(valuesIn(rendered.body)["delivery-promise"]);

    await OpenFeature.setContext(CONTEXT);
    expect(asked).toEqual([{ ifNoneMatch: rendered.etag, status: 304 }]);
    expect(changes).toBe(0);
  });

  test("the order of attributes in the page's context does not matter, at any depth", async ({ expect }) => {
    const rendered = await render({
      targetingKey: "user-2",
      account: { tier: 1, region: { a: "x", b: null } },
      plan: "pro",
    });
    const { asked } = await startPage(rendered, {
      plan: "pro",
      account: { region: { b: null, a: "x" }, tier: 1 },
      targetingKey: "user-2",
    });
    expect(asked).toEqual([]);
  });

  test.for<[string, EvaluationContext]>([
    ["another subject and plan", { targetingKey: "user-7", plan: "enterprise", seats: 60, roles: ["admin"] }],
    ["text instead of a number", { ...CONTEXT, seats: "60" }],
    ["one attribute more", { ...CONTEXT, beta: true }],
    ["one attribute fewer", { targetingKey: "user-2", plan: "pro", seats: 60 }],
    ["a longer list", { ...CONTEXT, roles: ["user", "admin"] }],
    ["no attributes", {}],
  ])("a page that starts with %s asks the server for its own flags", async ([, context], { expect }) => {
    const { asked } = await startPage(await render(CONTEXT), context);
    expect(asked).toEqual([{ ifNoneMatch: null, status: 200 }]);
    expect(promise()).toBe((await valuesFor(context))["delivery-promise"]);
  });

  test("the response in the page is used by the first request only", async ({ expect }) => {
    const rendered = await render(CONTEXT);
    // Recognisable, because no server would say this.
    const marked = { ...rendered, body: rendered.body.replaceAll(/"value":"[^"]*"/g, '"value":"from the page"') };
    const other = { ...CONTEXT, plan: "enterprise" };
    const { asked } = await startPage(marked, CONTEXT);
    expect(promise()).toBe("from the page");
    await OpenFeature.setContext(other);
    expect(promise()).toBe((await valuesFor(other))["delivery-promise"]);
    await OpenFeature.setContext(CONTEXT);
    expect(promise()).toBe(valuesIn(rendered.body)["delivery-promise"]);
    expect(asked.map(({ status }) => status)).toEqual([200, 200]);
    await OpenFeature.clearProviders();

    const late = await startPage(marked, other);
    await OpenFeature.setContext(CONTEXT);
    expect(promise()).toBe(valuesIn(rendered.body)["delivery-promise"]);
    expect(late.asked.map(({ status }) => status)).toEqual([200, 200]);
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
