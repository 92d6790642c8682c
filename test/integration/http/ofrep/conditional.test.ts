import { afterAll, beforeAll, describe, test } from "vitest";
import { startIsolate } from "../../../support/app.ts";
import { KEY_SECRET } from "../../../support/project.ts";
import { type OfrepWorld, PAGE_ORIGIN, startOfrepWorld } from "../../../support/ofrep/ofrep-world.ts";

const CONTEXT = '{"context":{"targetingKey":"u1","plan":"pro"}}';

/** A flag whose rule matches only a plan that no test sends. */
const ruledBy = (plan: string) => ({
  key: "moving",
  rules: [
    {
      id: "plan",
      when: { attribute: "plan", operator: "equals" as const, values: [plan] },
      serve: { variant: "off" },
    },
  ],
});

describe("conditional bulk requests", () => {
  let world: OfrepWorld;
  beforeAll(async () => {
    world = await startOfrepWorld({ AHEAD_PER_SECOND: "0" });
    await world.save({ key: "moving" });
    await world.save({ key: "hidden", clientVisible: false });
    await world.published();
  });
  afterAll(() => world.close());

  const ask = (headers: Record<string, string> = {}, body = CONTEXT) =>
    world.ask(undefined, body, { "x-api-key": world.clientKey, ...headers });
  const etagOf = async (headers: Record<string, string> = {}, body = CONTEXT) =>
    (await ask(headers, body)).headers.get("etag") ?? "";

  /** Requests all flags with `flagConfigEtag`, as a client does after an event. */
  const refetch = async (flagConfigEtag: string, headers: Record<string, string> = {}) => {
    const query = new URLSearchParams({ flagConfigEtag, flagConfigLastModified: "1771622898" }).toString();
    const response = await world.isolate.fetch(`/ofrep/v1/evaluate/flags?${query}`, {
      method: "POST",
      headers: { "x-api-key": world.clientKey, "content-type": "application/json", ...headers },
      body: CONTEXT,
    });
    const text = await response.text();
    const { flags = [] } = (text === "" ? {} : JSON.parse(text)) as { flags?: { key: string; value: unknown }[] };
    const moving = flags.find(({ key }) => key === "moving")?.value;
    return { status: response.status, moving, version: response.headers.get("x-flags-version") };
  };

  /** Changes a flag through another isolate, so that this one does not know yet. */
  const changeElsewhere = async (enabled: boolean): Promise<number> => {
    const version = await world.save({ key: "moving", enabled });
    const other = startIsolate({ ...world.backends.bindings, KEY_SECRET }, world.clock);
    await other.services.sweep(() => undefined);
    return version;
  };

  test.for([
    (etag: string) => etag,
    (etag: string) => `W/${etag}`,
    (etag: string) => etag.replaceAll('"', ""),
    (etag: string) => `W/${etag.replaceAll('"', "")}`,
    (etag: string) => `"other",W/"another" , ${etag}`,
    () => "*",
  ])("form %# of If-None-Match is a 304 with CORS headers and without a body", async (form, { expect }) => {
    const etag = await etagOf();
    const { status, text, headers } = await ask({ "if-none-match": form(etag) });
    expect([status, text]).toEqual([304, ""]);
    expect(headers.get("etag")).toBe(etag);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-expose-headers")).toContain("ETag, Retry-After");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test.for(['"other"', "", '""', "W/", '"x", W/"y"'])("If-None-Match: %s is a 200", async (form, { expect }) => {
    expect((await ask({ "if-none-match": form })).status).toBe(200);
  });

  test("the ETag changes with the context, the key's view and the members for browsers", async ({ expect }) => {
    const seen = [
      await etagOf(),
      await etagOf({}, '{"context":{"targetingKey":"u1","plan":"business"}}'),
      await etagOf({ "x-api-key": world.serverKey }),
      await etagOf({ origin: PAGE_ORIGIN }),
    ];
    expect(new Set(seen).size).toBe(seen.length);
    expect(await etagOf({ origin: "https://other.example" })).toBe(seen[3]);
  });

  test("a client key gets the same bytes after a change of rules that its result does not show", async ({ expect }) => {
    const requests = [{}, { origin: PAGE_ORIGIN }, { "x-api-key": world.serverKey }];
    const seen = () => Promise.all(requests.map((headers) => ask(headers)));
    const change = async (plan: string) => {
      await world.save(ruledBy(plan));
      await world.published();
      await ask();
      await world.isolate.settled();
      return await seen();
    };
    const [before, after] = [await change("one"), await change("another")];
    const parts = (responses: typeof before) => responses.map(({ text, headers }) => [text, headers.get("etag")]);
    const [native, page, server] = parts(before);
    const [nativeLater, pageLater, serverLater] = parts(after);
    expect([nativeLater, pageLater]).toEqual([native, page]);
    expect(after[0]!.headers.get("x-flags-version")).not.toBe(before[0]!.headers.get("x-flags-version"));
    // A server key sees the flag's own version.
    expect(serverLater).not.toEqual(server);
    await world.save({ key: "moving" });
    await world.published();
  });

  test("the ETag is the same in other isolates, and after changes that the key does not see", async ({ expect }) => {
    const before = await etagOf({ origin: PAGE_ORIGIN });
    const version = (await ask()).headers.get("x-flags-version");
    await world.save({ key: "hidden", clientVisible: false, enabled: false });
    await world.published();
    await ask();
    await world.isolate.settled();
    const after = await ask({ origin: PAGE_ORIGIN, "if-none-match": before });
    expect(after.headers.get("x-flags-version")).not.toBe(version);
    expect(after.status).toBe(304);
    const other = startIsolate({ ...world.backends.bindings, KEY_SECRET }, world.clock);
    const response = await other.fetch("/ofrep/v1/evaluate/flags", {
      method: "POST",
      headers: { "x-api-key": world.clientKey, origin: PAGE_ORIGIN },
      body: CONTEXT,
    });
    expect(response.headers.get("etag")).toBe(before);
  });

  test("the ETag changes with the definition of a sample, but not with its draws", async ({ expect }) => {
    const sample = (on: number) => ({
      key: "drawn",
      kind: "sample" as const,
      default: {
        draw: {
          weights: [
            ["on", on],
            ["off", 100_000 - on],
          ] as [string, number][],
        },
      },
    });
    await world.save(sample(1000));
    await world.published();
    await ask();
    await world.isolate.settled();
    const etag = await etagOf();
    expect((await ask({ "if-none-match": etag })).status).toBe(304);
    await world.save(sample(99_000));
    await world.published();
    await ask();
    await world.isolate.settled();
    expect((await ask({ "if-none-match": etag })).status).toBe(200);
    expect((await ask({ "if-none-match": await etagOf() })).status).toBe(304);
  });

  test("a refetch gets the announced change at once from an isolate that does not know it", async ({ expect }) => {
    await ask();
    const etag = await etagOf();
    const version = await changeElsewhere(false);
    expect((await ask({ "if-none-match": etag })).status).toBe(304);
    expect(await refetch(String(version), { "if-none-match": etag })).toEqual({
      status: 200,
      moving: false,
      version: String(version),
    });
  });

  test("a refetch at the announced version is a 304 if the flags are the same", async ({ expect }) => {
    const { version } = await refetch("0");
    const etag = await etagOf();
    for (const form of [version, `"${version}"`, `W/"${version}"`])
      expect((await refetch(form ?? "", { "if-none-match": etag })).status).toBe(304);
  });

  test.for(["0", "not-a-version", "", "1e9", "999999999999999"])(
    "a refetch for version %j, which differs from the response's, is never a 304",
    async (flagConfigEtag, { expect }) => {
      const etag = await etagOf();
      for (const form of [etag, "*"])
        expect((await refetch(flagConfigEtag, { "if-none-match": form })).status).toBe(200);
    },
  );

  test("a hundred tabs that learn of a change at once cost Redis one read", async ({ expect }) => {
    await ask();
    await world.isolate.settled();
    const version = await changeElsewhere(true);
    world.backends.upstash.resetStats();
    const responses = await Promise.all(Array.from({ length: 100 }, () => refetch(String(version))));
    expect(
      new Set(responses.map((response) => `${response.status} ${response.version} ${String(response.moving)}`)),
    ).toEqual(new Set([`200 ${version} true`]));
    await world.isolate.settled();
    expect(world.backends.upstash.stats().commands).toBeLessThanOrEqual(4);
  });

  test("versions that do not exist cost one head check at a time", async ({ expect }) => {
    await world.isolate.settled();
    world.backends.upstash.resetStats();
    world.backends.neon.resetStats();
    const responses = await Promise.all(Array.from({ length: 100 }, (_, i) => refetch(String(900_000_000 + i))));
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    await world.isolate.settled();
    expect(world.backends.upstash.stats().commands).toBeLessThanOrEqual(4);
    expect(world.backends.neon.stats().requests).toBeLessThanOrEqual(4);
  });

  test("a request for an announced version out of reach gets the newest known flags", async ({ expect }) => {
    const { upstash, neon } = world.backends;
    upstash.setFaults({ down: true });
    neon.setFaults({ down: true });
    try {
      expect(await refetch("900000000")).toMatchObject({ status: 200, moving: true });
    } finally {
      upstash.setFaults({});
      neon.setFaults({});
    }
  });
});
