import { describe, test } from "vitest";
import { overrideHeaders, signOverrides } from "../../../../sdk/testing/index.ts";

describe("signed overrides", () => {
  test("are found in a Fetch request, in a Node request and in a page's address", ({ expect }) => {
    const found = [["x-flags-overrides", "bgo_a_b_c"]];
    const page = "https://shop.test/cart?a=1&burgee-overrides=bgo_a_b_c#top";
    const headers = { "x-flags-overrides": "bgo_a_b_c" };
    const cookie = "session=1; burgee-overrides=bgo_a_b_c";
    expect(overrideHeaders(page)).toEqual(found);
    expect(overrideHeaders(new Request(page))).toEqual(found);
    expect(overrideHeaders(new Request("https://shop.test/", { headers }))).toEqual(found);
    expect(overrideHeaders({ url: "/cart?burgee-overrides=bgo_a_b_c", headers: {} })).toEqual(found);
    expect(overrideHeaders({ url: "/cart", headers })).toEqual(found);
    expect(overrideHeaders({ url: "/cart", headers: { cookie } })).toEqual(found);
    expect(overrideHeaders({ url: "/cart", headers: { host: "shop.test" } })).toEqual([]);
    expect(overrideHeaders({ url: "/cart?burgee-overrides=bgo_q", headers: { ...headers, cookie } })).toEqual([
      ["x-flags-overrides", "bgo_q"],
    ]);
  });

  test("are left out if they could break the app's own request", ({ expect }) => {
    for (const bad of ["a%0D%0Ax-admin:%201", "a%00", "%C3%A9", "a".repeat(5000), ""]) {
      expect(overrideHeaders(`https://shop.test/?burgee-overrides=${bad}`), bad).toEqual([]);
    }
    for (const url of ["//", "http://[", ""]) expect(overrideHeaders({ url, headers: {} })).toEqual([]);
  });

  test("fail with the deployment's reason if it refuses them", async ({ expect }) => {
    const fetch = async () => new Response('{"detail":"overrides are not allowed"}', { status: 409 });
    const options = { url: "http://edge.test/", adminToken: "t", environment: "production", flags: { checkout: "on" } };
    await expect(signOverrides({ ...options, fetch })).rejects.toThrow(/409.*not allowed/);
  });
});
