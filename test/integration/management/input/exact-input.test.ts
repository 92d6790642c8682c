import { afterAll, beforeAll, describe, test } from "vitest";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../client.ts";

const BIG = "12345678901234567890";
const INEXACT = "must be within ±9007199254740991, because larger whole numbers lose digits; write it as text";
const ENVIRONMENT = "/api/v1/environments/production";

/** Returns a flag as JSON with a member that replaces an earlier one. */
const withMember = (key: string, member: string): string => `${JSON.stringify(aFlagBody(key)).slice(0, -1)},${member}}`;
const when = (values: string): string =>
  `"rules":[{"id":"r","when":{"attribute":"a","operator":"in","values":[${values}]},"serve":{"variant":"on"}}]`;

describe("input that cannot be stored exactly", () => {
  let t: ManagementTest;
  beforeAll(async () => {
    t = await startManagementTest();
    await t.call("PUT", `${FLAGS}/known`, aFlagBody("known"));
    await t.call("PATCH", ENVIRONMENT, { overridesAllowed: true });
  });
  afterAll(() => t.close());

  const mistakes = async (method: string, path: string, body: string) => {
    const response = await t.call(method, path, body);
    return { status: response.status, errors: response.body.errors };
  };

  test.for([
    ["a condition", "PUT", `${FLAGS}/x`, withMember("x", when(`"a",9007199254740993`)), "/rules/0/when/values/1"],
    ["a new flag", "POST", FLAGS, withMember("x", when(`-${BIG}`)), "/rules/0/when/values/0"],
    [
      "a JSON variant",
      "PUT",
      `${FLAGS}/x`,
      `{"type":"object","variants":{"a/b":1,"a":{"tenants":[1,${BIG}]}},"enabled":true,"default":{"variant":"a"}}`,
      "/variants/a/tenants/1",
    ],
    [
      "a variant of a float flag",
      "PUT",
      `${FLAGS}/x`,
      withMember("x", `"type":"float","variants":{"on":${BIG}}`),
      "/variants/on",
    ],
    ["a patch", "PATCH", `${FLAGS}/known`, `{"metadata":{"n":${BIG}}}`, "/metadata/n"],
    [
      "the short patch",
      "POST",
      `/flags/known/update?environment=production`,
      `{"metadata":{"n":${BIG}}}`,
      "/metadata/n",
    ],
    ["a definition", "PATCH", "/api/v1/flags/known", `{"variants":{"on":{"x":${BIG}}}}`, "/variants/on/x"],
    [
      "a segment",
      "PUT",
      `${ENVIRONMENT}/segments/s`,
      `{"condition":{"attribute":"a","operator":"equals","values":[${BIG}]}}`,
      "/condition/values/0",
    ],
    [
      "apply",
      "POST",
      `${ENVIRONMENT}/apply`,
      `{"flags":[${withMember("x", when(BIG))}]}`,
      "/flags/0/rules/0/when/values/0",
    ],
    ["explain", "POST", `${FLAGS}/known/explain`, `{"context":{"user":{"id":${BIG}}}}`, "/context/user/id"],
    ["assumed request attributes", "POST", `${FLAGS}/known/explain`, `{"request":{"asn":${BIG}}}`, "/request/asn"],
    ["a sample", "POST", `${FLAGS}/known/sample`, `{"context":{"id":${BIG}}}`, "/context/id"],
    [
      "overrides",
      "POST",
      `${ENVIRONMENT}/overrides`,
      `{"flags":{"known":"on"},"expiresInSeconds":${BIG}}`,
      "/expiresInSeconds",
    ],
    ["a key", "POST", `${ENVIRONMENT}/keys`, `{"kind":"client","name":${BIG}}`, "/name"],
  ] as const)("a whole number beyond 2^53 in %s is refused at its place", async ([, ...request], { expect }) => {
    const [method, path, body, pointer] = request;
    expect(await mistakes(method, path, body)).toEqual({ status: 422, errors: [{ pointer, detail: INEXACT }] });
  });

  test.for([
    ["PUT", `${FLAGS}/x`, withMember("x", when("1e999")), "/rules/0/when/values/0"],
    ["PUT", `${FLAGS}/x`, withMember("x", `"type":"object","variants":{"on":{"a":[-1e999]}}`), "/variants/on/a/0"],
    ["POST", `${FLAGS}/known/explain`, '{"context":{"a":1e999}}', "/context/a"],
  ] as const)(
    "an infinite number is refused at its place: %s %s",
    async ([method, path, body, pointer], { expect }) => {
      expect(await mistakes(method, path, body)).toEqual({
        status: 422,
        errors: [{ pointer, detail: "is too large a number" }],
      });
    },
  );

  test("floats, text and exact whole numbers are stored as they were sent", async ({ expect }) => {
    const values = `9007199254740991,-9007199254740991,1e30,0.1,${BIG}.5,"${BIG}"`;
    const { status, body } = await t.call("PUT", `${FLAGS}/exact`, withMember("exact", when(values)));
    expect(status).toBe(200);
    expect(body.flag.rules[0].when.values).toEqual(JSON.parse(`[${values}]`));
  });

  test.for(["constructor", "prototype", "toString", "valueOf"])(
    "%s is a name like any other in everything that is stored",
    async (name, { expect }) => {
      const segment = { key: name, condition: { attribute: [name, name], operator: "equals", values: [name] } };
      expect((await t.call("PUT", `${ENVIRONMENT}/segments/${name}`, segment)).status).toBe(200);
      const flag = {
        ...aFlagBody(name),
        type: "object",
        variants: { [name]: { [name]: [{ [name]: 1 }] }, other: {} },
        offVariant: name,
        metadata: { [name]: "x", other: 1 },
        rules: [{ id: name, when: { segment: name }, serve: { variant: name } }],
        default: { variant: "other" },
      };
      const { status, body } = await t.call("PUT", `${FLAGS}/${name}`, flag);
      expect(status, JSON.stringify(body)).toBe(200);
      expect(body.flag).toMatchObject(flag);
      expect((await t.call("GET", `${FLAGS}/${name}`)).body).toMatchObject(flag);
      const context = { targetingKey: "u", [name]: { [name]: name } };
      const served = { key: name, variant: name, value: flag.variants[name], metadata: flag.metadata };
      expect((await t.evaluate(name, context)).body).toMatchObject(served);
      const explained = await t.call("POST", `${FLAGS}/${name}/explain`, { context });
      expect(explained.body.resolution).toMatchObject({ variant: name });
      const token = await t.call("POST", `${ENVIRONMENT}/overrides`, { flags: { [name]: "other" } });
      expect(token.body.flags).toEqual({ [name]: "other" });
    },
  );

  test.for([
    [withMember("x", when("1").replace('"a"', '"__proto__"')), "/rules/0/when/attribute"],
    [withMember("x", when("1").replace('"a"', '["user","__proto__"]')), "/rules/0/when/attribute"],
    [withMember("x", when("1").replace('"a"', '"request.__proto__"')), "/rules/0/when/attribute"],
    [withMember("x", '"default":{"rollout":{"by":["__proto__"],"weights":[["on",100000]]}}'), "/default/rollout/by/0"],
    [withMember("x", '"metadata":{"__proto__":"x"}'), "/metadata/__proto__"],
  ] as const)("__proto__ is refused at its place: %#", async ([body, pointer], { expect }) => {
    const { status, errors } = await mistakes("PUT", `${FLAGS}/x`, body);
    expect([status, errors.map((error: { pointer: string }) => error.pointer)]).toEqual([422, [pointer]]);
  });

  test("the context of an explanation has the limits of an evaluation", async ({ expect }) => {
    for (const member of ["context", "request"]) {
      const body = JSON.stringify({ [member]: { user: { agent: "x".repeat(4097) } } });
      expect(await mistakes("POST", `${FLAGS}/known/explain`, body)).toEqual({
        status: 422,
        errors: [{ pointer: `/${member}/user/agent`, detail: "must not exceed 4096 characters, but has 4097" }],
      });
    }
  });

  test("a list is no context, and no request", async ({ expect }) => {
    const detail = "must be an object of attributes and their values";
    for (const member of ["context", "request"]) {
      const { status, errors } = await mistakes("POST", `${FLAGS}/known/explain`, `{"${member}":["a"]}`);
      expect([status, errors]).toEqual([422, [{ pointer: `/${member}`, detail }]]);
    }
  });

  test("a compressed body is refused as such", async ({ expect }) => {
    const { status, headers, body } = await t.call("PUT", `${FLAGS}/x`, "packed", { "content-encoding": "gzip" });
    expect(status).toBe(415);
    expect(headers.get("accept-encoding")).toBe("identity");
    expect(body.detail).toContain("Content-Encoding");
  });
});
