import { afterAll, beforeAll, describe, test } from "vitest";
import { dispatch } from "../../../../src/http/evaluation/direct.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestProject, type TestProject } from "../../../support/project.ts";

const OFREP = "/ofrep/v1/evaluate/flags";
const CONTEXT = { context: { targetingKey: "user-1", plan: "pro" } };
const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };

describe("a request that goes past the router", () => {
  const clock = new FakeClock();
  let project: TestProject;
  let isolate: Isolate;

  beforeAll(async () => {
    project = await startTestProject({ now: clock.now });
    await project.save({ key: "checkout" });
    await project.save({ key: "a.b-c_d" });
    isolate = startIsolate(project.bindings, clock);
    // Both ways then meet a warm isolate.
    await isolate.fetch(OFREP, post(CONTEXT));
  });
  afterAll(() => project.close());

  const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
    method: "POST",
    headers: { authorization: `Bearer ${project.serverKey}`, "cf-ray": "ray", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const get = (headers: Record<string, string> = {}): RequestInit => ({
    headers: { authorization: `Bearer ${project.serverKey}`, "cf-ray": "ray", ...headers },
  });
  const direct = (path: string, init: RequestInit) =>
    dispatch(isolate.services, new Request(`http://edge.test${path}`, init), context);
  const described = async (response: Response) => ({
    status: response.status,
    headers: [...response.headers],
    body: await response.text(),
  });

  test.for<[path: string, init: () => RequestInit]>([
    [OFREP, () => post(CONTEXT)],
    [OFREP, () => post("")],
    [OFREP, () => post(CONTEXT, { origin: "https://shop.example" })],
    [OFREP, () => post(CONTEXT, { "if-none-match": "*" })],
    [OFREP, () => post("{")],
    [OFREP, () => post(CONTEXT, { authorization: "Bearer nothing" })],
    [`${OFREP}/checkout`, () => post(CONTEXT)],
    [`${OFREP}/a.b-c_d`, () => post(CONTEXT)],
    [`${OFREP}/absent`, () => post(CONTEXT)],
    [`${OFREP}/checkout`, () => post({ context: { targetingKey: 1 } })],
    [`${OFREP}/checkout`, () => post(CONTEXT, { "content-length": "70000" })],
    [`${OFREP}/checkout`, () => post(CONTEXT, { "x-flags-min-version": "x" })],
    ["/flags/checkout", () => get()],
    ["/flags/checkout?user_id=user-1&plan=pro", () => get()],
    ["/flags/checkout?plan=pro%20plus&x=a+b&&=&empty=&bare", () => get({ "if-none-match": "*" })],
    ["/flags/checkout?user_id=1&targetingKey=2", () => get()],
    ["/flags/checkout?context=%7B%22seats%22:12%7D", () => get()],
    ["/flags/absent?plan=pro", () => get()],
  ])("gets the same response from %s, case %#", async ([path, init], { expect }) => {
    const response = await direct(path, init());
    expect(response).toBeDefined();
    expect(await described(response!)).toEqual(await described(await isolate.fetch(path, init())));
  });

  test.for<[method: string, path: string]>([
    ["POST", `${OFREP}?flagConfigEtag=1.2`],
    ["POST", `${OFREP}/`],
    ["POST", `${OFREP}/checkout/`],
    ["POST", `${OFREP}/checkout?x=1`],
    ["POST", `${OFREP}/gr%C3%B6%C3%9Fe`],
    ["POST", "/ofrep/v1/evaluate/flagsx"],
    ["PUT", OFREP],
    ["OPTIONS", OFREP],
    ["GET", OFREP],
    ["HEAD", "/flags/checkout"],
    ["GET", "/flags"],
    ["GET", "/flags/checkout/update"],
    ["GET", "/flags/gr%C3%B6%C3%9Fe"],
    ["POST", "/flags/checkout"],
  ])("leaves %s %s to the router", ([method, path], { expect }) => {
    expect(direct(path, { ...get(), method })).toBeUndefined();
  });
});
