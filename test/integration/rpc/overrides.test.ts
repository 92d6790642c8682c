/** Signed overrides in the request that a calling Worker passes on. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { passedFacts } from "../../../sdk/binding/index.ts";
import { type Caller, details } from "../../../src/rpc/calls.ts";
import type { FlagsProps, PassedRequest } from "../../../src/rpc/interface.ts";
import { aFlagBody, FLAGS, type ManagementTest, startManagementTest } from "../management/client.ts";

const ENVIRONMENT = "/api/v1/environments/production";

let t: ManagementTest;
let token: string;

beforeAll(async () => {
  t = await startManagementTest();
  const off = { default: { variant: "off" } };
  await t.call("POST", FLAGS, aFlagBody("checkout", { ...off, clientVisible: true }));
  await t.call("POST", FLAGS, aFlagBody("hidden", { ...off, clientVisible: false }));
  await t.call("PATCH", ENVIRONMENT, { overridesAllowed: true });
  token = (await t.call("POST", `${ENVIRONMENT}/overrides`, { flags: { checkout: "on", hidden: "on" } })).body.token;
});
afterAll(() => t.close());

function evaluate(key: string, kind: FlagsProps["kind"], request?: PassedRequest) {
  const caller: Caller = {
    services: () => t.isolate.services,
    props: { environment: "production", kind },
    waitUntil: () => undefined,
  };
  return details(caller, { key, fallback: false, context: undefined, options: { request } });
}

test.for([
  ["the header", () => ({ headers: { "X-Flags-Overrides": token } })],
  ["the cookie", () => new Request("https://shop.test/", { headers: { cookie: `a=b; burgee-overrides=${token}` } })],
  ["the query", () => new Request(`https://shop.test/?burgee-overrides=${token}`)],
] as const)("in %s apply, also if the Worker passes only facts", async ([, requestOf]) => {
  const overridden = { value: true, flagMetadata: { override: true } };
  expect(await evaluate("checkout", "server", requestOf())).toMatchObject(overridden);
  expect(await evaluate("checkout", "server", passedFacts(requestOf()))).toMatchObject(overridden);
});

test("do not apply without a request, and show no hidden flag to a binding for clients", async () => {
  const request = { headers: { "x-flags-overrides": token } };
  expect(await evaluate("checkout", "server")).toMatchObject({ value: false });
  expect(await evaluate("hidden", "server", request)).toMatchObject({ value: true });
  expect(await evaluate("hidden", "client", request)).toMatchObject({ value: false, errorCode: "FLAG_NOT_FOUND" });
});

test("facts hold nothing of a request that flags cannot depend on", () => {
  const headers = { cookie: "session=secret", authorization: "Bearer secret", "user-agent": "curl/8" };
  const facts = passedFacts(
    Object.assign(new Request("https://shop.test/", { headers }), { cf: { country: "NL", botScore: 1 } }),
  );
  expect(facts).toEqual({ headers: { "user-agent": "curl/8" }, cf: { country: "NL" } });
});
