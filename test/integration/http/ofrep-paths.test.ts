import { afterAll, beforeAll, describe, test } from "vitest";
import { misconfigured } from "../../../src/http/errors.ts";
import { type Isolate, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

const FLAGS = "/ofrep/v1/evaluate/flags";

describe("paths under /ofrep", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "plain" });
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

  test("a repeated slash is none in the other routes either", async ({ expect }) => {
    expect((await ask("POST", `/${FLAGS}`)).json).toMatchObject({ flags: [{ key: "plain" }] });
    expect((await ask("OPTIONS", `/${FLAGS}`)).status).toBe(204);
    expect((await ask("GET", "//flags//plain")).json).toMatchObject({ key: "plain" });
    expect((await ask("GET", "//nowhere")).status).toBe(404);
  });

  test.for([
    ["GET", `${FLAGS}/plain`, 405],
    ["PUT", FLAGS, 405],
    ["DELETE", `/${FLAGS}`, 405],
    ["GET", "/ofrep/v1/configuration", 404],
    ["POST", "/ofrep/v1/evaluate", 404],
    ["POST", "/ofrep", 404],
  ] as const)("%s %s is a %i in OFREP's shape, readable across origins", async ([method, path, status], { expect }) => {
    const answer = await ask(method, path);
    expect(answer.status).toBe(status);
    expect(answer.json).toEqual({ errorCode: "GENERAL", errorDetails: expect.any(String) });
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("allow")).toBe(status === 405 ? "OPTIONS, POST" : null);
  });

  test("HEAD is no way to evaluate", async ({ expect }) => {
    expect((await ask("HEAD", FLAGS)).status).toBe(405);
  });

  test("a deployment that is not configured says so in OFREP's shape, and elsewhere as a problem", async ({
    expect,
  }) => {
    const answer = misconfigured(new Request(`http://edge.test/${FLAGS}`));
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ errorCode: "GENERAL", errorDetails: expect.any(String) });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    const other = misconfigured(new Request("http://edge.test/flags/plain"));
    expect(other.headers.get("content-type")).toBe("application/problem+json");
  });
});
