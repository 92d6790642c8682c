import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "./harness.ts";

describe("burgee override", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
    await t.run("flags create checkout -e production --default off");
  });
  afterAll(() => t.close());

  const valueWith = async (headers: Record<string, string>): Promise<unknown> => {
    const response = await t.isolate.fetch("/ofrep/v1/evaluate/flags/checkout", {
      method: "POST",
      headers: { ...headers, "x-api-key": t.project.serverKey },
    });
    return ((await response.json()) as { value: unknown }).value;
  };

  test("create makes a link that works until overrides are forbidden", async ({ expect }) => {
    const refused = await t.run("override create -e production --flag checkout=on");
    expect([refused.code, refused.err]).toEqual([
      1,
      "burgee: production does not allow overrides; run `burgee override allow -e production` first\n",
    ]);
    expect((await t.run("override allow -e production --dry-run")).out).toContain("+ Overrides allowed: true");
    expect((await t.run("override allow -e production")).code).toBe(0);
    const line = "override create -e production --flag checkout=on --expires 2h --link https://shop.test/cart?a=1#top";
    const { out, err, code } = await t.run(line);
    expect(code).toBe(0);
    expect(out).toMatch(/^https:\/\/shop\.test\/cart\?a=1&burgee-overrides=bgo_production_[\w-]+#top\n$/);
    expect(err).toContain(new Date(t.clock.now() + 7_200_000).toISOString());
    const [, token = ""] = /X-Flags-Overrides: (\S+)/.exec(err) ?? [];
    expect(new URL(out.trim()).searchParams.get("burgee-overrides")).toBe(token);
    expect(await valueWith({ "x-flags-overrides": token })).toBe(true);
    const { json } = await t.run("override create -e production --flag checkout=on --json");
    expect(json).toMatchObject({ flags: { checkout: "on" }, header: `X-Flags-Overrides: ${json.token}` });
    expect((await t.run("override forbid -e production")).code).toBe(0);
    expect(await valueWith({ "x-flags-overrides": token })).toBe(false);
  });

  test("refuses a wrong command line before sending anything", async ({ expect }) => {
    for (const [rest, message] of [
      ["", "--flag"],
      ["--flag checkout", "checkout=on"],
      ["--flag checkout=on --expires 8d", "7d"],
      ["--flag checkout=on --expires soon", "7d"],
      ["--flag checkout=on --link shop.test", "address of a page"],
    ] as const) {
      const { code, err } = await t.run(`override create -e production ${rest}`.trim());
      expect([code, err], rest).toEqual([2, expect.stringContaining(message)]);
    }
  });

  test("--dry-run signs nothing", async ({ expect }) => {
    await t.run("override allow -e production");
    const { code, out } = await t.run("override create -e production --flag checkout=on --dry-run");
    expect([code, out]).toEqual([0, "would sign overrides in production: checkout=on\n"]);
  });
});
