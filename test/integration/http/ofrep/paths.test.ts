import { afterAll, beforeAll, describe, test } from "vitest";
import { misconfigured } from "../../../../src/http/errors.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

const FLAGS = "/ofrep/v1/evaluate/flags";

describe("paths under /ofrep", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "plain" });
    await project.save({ key: "team/web/checkout" });
    isolate = startIsolate(project.bindings, clock);
  });
  afterAll(() => project.close());

  const ask = async (method: string, path: string) => {
    const headers = { authorization: `Bearer ${project.serverKey}` };
    const body = method === "POST" ? '{"context":{"targetingKey":"u"}}' : null;
    const response = await isolate.fetch(path, { method, headers, body });
    const text = await response.text();
    const json: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, json, headers: response.headers };
  };

  test.for([`/${FLAGS}/plain`, `${FLAGS}//plain`, `//ofrep///v1/evaluate/flags/plain`, `${FLAGS}/plain/`])(
    "%s is the flag's route",
    async (path, { expect }) => {
      expect(await ask("POST", path)).toMatchObject({ status: 200, json: { key: "plain", value: true } });
    },
  );

  test.for(["team%2Fweb%2Fcheckout", "team/web/checkout", "team/web%2fcheckout", "/team/web/checkout/"])(
    "%s is the route of a flag whose key has slashes, because most SDKs do not escape them",
    async (path, { expect }) => {
      const key = "team/web/checkout";
      expect(await ask("POST", `${FLAGS}/${path}`)).toMatchObject({ status: 200, json: { key, value: true } });
      expect(await ask("GET", `${FLAGS}/${path}`)).toMatchObject({ status: 405, json: { key } });
    },
  );

  test("a slash that is repeated within a key belongs to the key", async ({ expect }) => {
    expect(await ask("POST", `${FLAGS}/team//web/checkout`)).toMatchObject({
      status: 404,
      json: { key: "team//web/checkout", errorCode: "FLAG_NOT_FOUND" },
    });
  });

  test("a repeated slash is not found in the other routes either", async ({ expect }) => {
    expect((await ask("POST", `/${FLAGS}`)).json).toMatchObject({ flags: [{ key: "plain" }, {}] });
    expect((await ask("OPTIONS", `/${FLAGS}`)).status).toBe(204);
    expect((await ask("GET", "//flags//plain")).json).toMatchObject({ key: "plain" });
    expect((await ask("GET", "//nowhere")).status).toBe(404);
  });

  test.for([
    ["PUT", FLAGS, 405],
    ["DELETE", `/${FLAGS}`, 405],
    ["GET", "/ofrep/v1/configuration", 404],
    ["POST", "/ofrep/v1/evaluate", 404],
    ["POST", "/ofrep", 404],
  ] as const)("%s %s is a %i in OFREP's shape, readable across origins", async ([method, path, status], { expect }) => {
    const response = await ask(method, path);
    expect(response.status).toBe(status);
    expect(response.json).toEqual({ errorCode: "GENERAL", errorDetails: expect.any(String) });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("allow")).toBe(status === 405 ? "OPTIONS, POST" : null);
  });

  test.for(["GET", "PUT", "HEAD"])(
    "%s of one flag is a 405 with every member of a flag's error",
    async (method, { expect }) => {
      const response = await ask(method, `${FLAGS}/plain`);
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("OPTIONS, POST");
      const error = { key: "plain", errorCode: "GENERAL", errorDetails: expect.any(String), metadata: {} };
      expect(response.json).toEqual(method === "HEAD" ? undefined : error);
    },
  );

  test.for([
    ["%70lain", 200],
    ["plain%2F", 404],
    ["%2570lain", 404],
    ["pl%zz", 404],
    ["pl%20ain", 404],
    ["pl+ain", 404],
    ["pl%E0%A4%A", 404],
  ] as const)("the key %s is decoded once: %i", async ([key, status], { expect }) => {
    const response = await ask("POST", `${FLAGS}/${key}`);
    expect(response.status).toBe(status);
    expect(response.json).toHaveProperty("key");
    expect(response.json).toHaveProperty(
      "metadata",
      status === 200 ? { flagSetId: "production", version: expect.any(String) } : {},
    );
  });

  test("a trailing slash is not found, on the route of one flag and of all", async ({ expect }) => {
    expect((await ask("POST", `${FLAGS}/plain/`)).json).toMatchObject({ key: "plain" });
    expect((await ask("POST", `${FLAGS}/`)).json).toMatchObject({ flags: [{ key: "plain" }, {}] });
  });

  test("HEAD does not evaluate", async ({ expect }) => {
    expect((await ask("HEAD", FLAGS)).status).toBe(405);
  });

  test("a deployment without settings says so in OFREP's shape, and elsewhere as a problem", async ({ expect }) => {
    const response = misconfigured(new Request(`http://edge.test/${FLAGS}`), "KEY_SECRET is missing");
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ errorCode: "GENERAL", errorDetails: expect.any(String) });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const other = misconfigured(new Request("http://edge.test/flags/plain"), "KEY_SECRET is missing");
    expect(other.headers.get("content-type")).toBe("application/problem+json");
    expect(other.headers.get("access-control-allow-origin")).toBe("*");
    const one = misconfigured(new Request(`http://edge.test/${FLAGS}/plain`), "KEY_SECRET is missing");
    expect(await one.json()).toMatchObject({ key: "plain", metadata: {} });
  });
});
