import { afterAll, beforeAll, describe, test } from "vitest";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

const INEXACT = "must be within ±9007199254740991, because larger whole numbers lose digits; write it as text";
const NAMES = ["constructor", "prototype", "toString", "hasOwnProperty", "valueOf"];

describe("the context of an evaluation", () => {
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject();
    await project.save({ key: "plain" });
    for (const name of NAMES) {
      const when = {
        any: [name, ["car", name]].map((attribute) => ({ attribute, operator: "equals", values: ["x"] })),
      };
      await project.save({ key: name, rules: [{ id: name, when, serve: { variant: "off" } }] } as never);
    }
    isolate = startIsolate(project.bindings, new FakeClock());
  });
  afterAll(() => project.close());

  const ask = async (path: string, body?: string, headers: Record<string, string> = {}) => {
    const response = await isolate.fetch(path, {
      method: body === undefined ? "GET" : "POST",
      headers: { "x-api-key": project.clientKey, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, json: (await response.json()) as Reply };
  };
  interface Reply {
    errorCode?: string;
    errorDetails?: string;
    detail?: string;
    flags?: { key: string; value: unknown }[];
    value?: unknown;
  }
  /** Sends a context, as JSON, to every way in. Returns the distinct responses as status and message. */
  const askEverywhere = async (context: string): Promise<string[]> => {
    const seen = new Set<string>();
    for (const path of ["/ofrep/v1/evaluate/flags", "/ofrep/v1/evaluate/flags/plain"]) {
      const { status, json } = await ask(path, `{"context":${context}}`);
      seen.add(status === 200 ? "200" : `${status} ${json.errorCode}: ${json.errorDetails}`);
    }
    for (const path of ["/flags", "/flags/plain"]) {
      const { status, json } = await ask(`${path}?context=${encodeURIComponent(context)}`);
      seen.add(status === 200 ? "200" : `${status} INVALID_CONTEXT: ${json.detail}`);
    }
    return [...seen];
  };

  test.for([
    ['{"seats":9007199254740993}', "seats"],
    ['{"seats":-9007199254740992}', "seats"],
    ['{"a":1e30,"user":{"ids":[1,12345678901234567890]}}', "user.ids.1"],
    [`{"seats":${"9".repeat(300)}}`, "seats"],
  ] as const)("a whole number that would lose digits is refused by name: %s", async ([context, name], { expect }) => {
    expect(await askEverywhere(context)).toEqual([`400 INVALID_CONTEXT: context.${name} ${INEXACT}`]);
  });

  test.for([
    ['{"a":1e999}', "a"],
    ['{"a":{"b":[-1e400]}}', "a.b.0"],
    [`{"a":${"9".repeat(400)}}`, "a"],
  ] as const)("an infinite number is refused by name: %.30s", async ([context, name], { expect }) => {
    expect(await askEverywhere(context)).toEqual([`400 INVALID_CONTEXT: context.${name} is too large a number`]);
  });

  test.for([
    '{"seats":9007199254740991,"low":-9007199254740991}',
    '{"ratio":1e30,"half":0.5,"share":12345678901234567890.5,"small":1e-400}',
    '{"account":"9007199254740993"}',
  ])("floats, text and exact whole numbers are accepted: %s", async (context, { expect }) => {
    expect(await askEverywhere(context)).toEqual(["200"]);
  });

  test("a large number outside the context is ignored, as the rest of the body is", async ({ expect }) => {
    const body = '{"traceId":12345678901234567890,"context":{"seats":1e20}}';
    expect((await ask("/ofrep/v1/evaluate/flags", body)).status).toBe(200);
  });

  test("a query parameter is text, so it keeps all its digits", async ({ expect }) => {
    expect((await ask("/flags/plain?account=12345678901234567890")).status).toBe(200);
  });

  test.for([
    '{"seats":12},"x":{}',
    '{"seats":12}}',
    '{"a":1} {"b":2}',
    "null",
    "[]",
    "12",
    '"text"',
    "",
    "{",
    "{}&context={}",
  ])("the query parameter context must be one JSON object: %s", async (text, { expect }) => {
    const query = text.split("&").map((part) => encodeURIComponent(part).replace("context%3D", "context="));
    const { status, json } = await ask(`/flags/plain?context=${query.join("&")}`);
    expect([status, json.detail]).toEqual([
      400,
      'the query parameter context must be one JSON object, such as {"seats":12}',
    ]);
  });

  test.for(NAMES)("%s is an attribute like any other", async (name, { expect }) => {
    const hits = async (context: object): Promise<unknown> => {
      const { json } = await ask("/ofrep/v1/evaluate/flags", JSON.stringify({ context }));
      const all = new Map(json.flags?.map(({ key, value }) => [key, value]));
      expect((await ask(`/ofrep/v1/evaluate/flags/${name}`, JSON.stringify({ context }))).json.value).toBe(
        all.get(name),
      );
      return all.get(name);
    };
    expect(await hits({ targetingKey: "u", [name]: "x" })).toBe(false);
    expect(await hits({ targetingKey: "u", car: { [name]: "x" } })).toBe(false);
    expect(await hits({ targetingKey: "u", car: {} })).toBe(true);
    expect((await ask(`/flags/${name}?${name}=x`)).json.value).toBe(false);
    expect(await askEverywhere(`{"${name}":1,"a":{"${name}":[]}}`)).toEqual(["200"]);
  });

  test("__proto__ is refused wherever it stands", async ({ expect }) => {
    expect(await askEverywhere('{"__proto__":1}')).toEqual([
      '400 INVALID_CONTEXT: context contains "__proto__", a name that is not accepted',
    ]);
    expect(await askEverywhere('{"a":[{"__proto__":{}}]}')).toEqual([
      '400 INVALID_CONTEXT: context.a.0 contains "__proto__", a name that is not accepted',
    ]);
    expect((await ask("/flags/plain?__proto__=x")).status).toBe(400);
  });

  test.for([
    [{ agent: "x".repeat(4097) }, "agent"],
    [{ targetingKey: "x".repeat(5000) }, "targetingKey"],
    [{ tags: ["a", "x".repeat(4097)] }, "tags.1"],
    [{ user: { agent: "x".repeat(60_000) } }, "user.agent"],
  ] as const)("text of more than 4,096 characters is refused by name: %#", async ([context, name], { expect }) => {
    const [first] = await askEverywhere(JSON.stringify(context));
    expect(first).toMatch(`400 INVALID_CONTEXT: context.${name} must not exceed 4096 characters, but has `);
    const query = `/flags/plain?agent=${"x".repeat(4097)}`;
    expect((await ask(query)).json.detail).toBe("context.agent must not exceed 4096 characters, but has 4097");
  });

  test("text of 4,096 characters is accepted in each place of up to 500", async ({ expect }) => {
    const text = "é".repeat(4096);
    expect(await askEverywhere(JSON.stringify({ targetingKey: text, tags: [text], user: { text } }))).toEqual(["200"]);
    const tags = Array.from({ length: 499 }, (_, i) => `tag-${i}`);
    expect(await askEverywhere(JSON.stringify({ tags }))).toEqual(["200"]);
    expect(await askEverywhere(JSON.stringify({ tags: [...tags, "one more"] }))).toEqual([
      "400 INVALID_CONTEXT: context holds 501 values, at most 500 are accepted",
    ]);
  });

  test("a name that no condition could name is refused, and the error repeats only its beginning", async ({
    expect,
  }) => {
    expect(await askEverywhere(JSON.stringify({ ["n".repeat(1025)]: 1 }))).toEqual([
      "400 INVALID_CONTEXT: context contains a name of more than 1024 characters",
    ]);
    const [error] = await askEverywhere(`{"${"n".repeat(1024)}":1e999}`);
    expect(error).toBe(`400 INVALID_CONTEXT: context.${"n".repeat(128)} is too large a number`);
  });

  test("a compressed body is refused as such", async ({ expect }) => {
    const packed = new Response("{}").body!.pipeThrough(new CompressionStream("gzip"));
    const body = (await new Response(packed).arrayBuffer()) as never;
    const reply = await ask("/ofrep/v1/evaluate/flags/plain", body, { "content-encoding": "gzip" });
    expect(reply).toMatchObject({ status: 415, json: { errorDetails: expect.stringContaining("Content-Encoding") } });
    expect(reply.headers.get("accept-encoding")).toBe("identity");
  });
});
