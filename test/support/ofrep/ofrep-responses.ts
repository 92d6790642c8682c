import { startIsolate } from "../app.ts";
import { KEY_SECRET } from "../project.ts";
import { type OfrepWorld, PAGE_ORIGIN, type WireResponse } from "./ofrep-world.ts";

export const CONTEXTS: Record<string, unknown>[] = [
  {},
  { targetingKey: "user-1" },
  { targetingKey: "user-2", plan: "pro", email: "ada@shop.example.com", seats: 60, betaOptIn: true, basketTotal: 25 },
  { targetingKey: "user-3", plan: "enterprise", country: "DE", platform: "ios", appVersion: "5.2.0", orderCount: 0 },
];

/** Requests each flag with each context. */
export async function singleResponses(world: OfrepWorld, keys: readonly string[]): Promise<WireResponse[]> {
  const responses: WireResponse[] = [];
  for (const context of CONTEXTS)
    for (const key of keys) responses.push(await world.ask(key, JSON.stringify({ context })));
  return responses;
}

/** Returns a response for each way in which a request can fail. Without a flag key, the requests are for all flags. */
export async function failedResponses(world: OfrepWorld, flagKey: string | undefined): Promise<WireResponse[]> {
  const { ask } = world;
  const responses = [
    await ask(flagKey, "{"),
    await ask(flagKey, "[]"),
    await ask(flagKey, '{"context":7}'),
    await ask(flagKey, '{"context":{"targetingKey":7}}'),
    await ask(flagKey, `{"context":{"a":"${"x".repeat(70_000)}"}}`),
    await ask(flagKey, "{}", { "x-api-key": "nonsense" }),
    await ask(flagKey, "{}", { "x-api-key": "" }),
    await ask(flagKey, "{}", { "x-flags-min-version": "x" }),
    await ask(flagKey, "{}", { "x-flags-min-version": "999999999999" }),
    await ask(flagKey, "{}", { origin: PAGE_ORIGIN, "x-api-key": "nonsense" }),
  ];
  responses.push(await limited(world, flagKey), await unconfigured(world, flagKey), await unreachable(world, flagKey));
  return responses;
}

/** Returns a 429: too many reads past the caches. */
async function limited(world: OfrepWorld, flagKey: string | undefined): Promise<WireResponse> {
  const isolate = startIsolate(
    {
      ...world.backends.bindings,
      KEY_SECRET,
      LIMIT_NO_CACHE: { limit: async () => ({ success: false }) },
    },
    world.clock,
  );
  return askOf(isolate.fetch, world, flagKey, { "cache-control": "no-cache" });
}

/** Returns a 500: a binding is missing. */
async function unconfigured(world: OfrepWorld, flagKey: string | undefined): Promise<WireResponse> {
  const { misconfigured } = await import("../../../src/http/errors.ts");
  return askOf(
    async (path, init) => misconfigured(new Request(`http://edge.test${path}`, init), "KEY_SECRET is missing"),
    world,
    flagKey,
  );
}

/** Returns a 503: a new isolate while both backends are down and there is no snapshot. */
async function unreachable(world: OfrepWorld, flagKey: string | undefined): Promise<WireResponse> {
  const { upstash, neon, bindings } = world.backends;
  upstash.setFaults({ down: true });
  neon.setFaults({ down: true });
  try {
    const isolate = startIsolate({ ...bindings, KEY_SECRET, CACHE_ENTRY_SECONDS: "0" }, world.clock);
    return await askOf(isolate.fetch, world, flagKey);
  } finally {
    upstash.setFaults({});
    neon.setFaults({});
  }
}

async function askOf(
  fetch: (path: string, init: RequestInit) => Promise<Response>,
  { serverKey }: OfrepWorld,
  flagKey: string | undefined,
  headers: Record<string, string> = {},
): Promise<WireResponse> {
  const path = `/ofrep/v1/evaluate/flags${flagKey === undefined ? "" : `/${flagKey}`}`;
  const response = await fetch(path, { method: "POST", headers: { "x-api-key": serverKey, ...headers }, body: "{}" });
  return {
    name: `${path} ${response.status}`,
    route: flagKey === undefined ? "bulk" : "single",
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  };
}
