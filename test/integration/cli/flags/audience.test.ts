/** A new flag is hidden from client keys unless it says otherwise, and each command that makes one says so. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { type CliTest, startCliTest } from "../harness.ts";

const HINT = "only servers see it; --client-visible for pages and apps";

const flag = (clientVisible?: boolean) =>
  JSON.stringify({
    type: "boolean",
    variants: { on: true, off: false },
    enabled: true,
    offVariant: "off",
    default: { variant: "off" },
    ...(clientVisible === undefined ? {} : { clientVisible }),
  });

function project(flags: Record<string, boolean | undefined>): string {
  const all = Object.entries(flags).map(([key, clientVisible]) => ({
    key,
    type: "boolean",
    variants: { on: true, off: false },
    ...(clientVisible === undefined ? {} : { clientVisible }),
    environments: { production: { enabled: true, offVariant: "off", default: { variant: "off" } } },
  }));
  return JSON.stringify({ environments: [{ key: "production" }], flags: all });
}

let t: CliTest;
beforeAll(async () => {
  t = await startCliTest();
});
afterAll(() => t.close());

describe("a new flag that client keys do not see", () => {
  test("is named by flags create, also in a dry run", async ({ expect }) => {
    expect((await t.run("flags create hidden -e production --dry-run")).out).toContain(HINT);
    expect((await t.run("flags create hidden -e production")).out).toContain(HINT);
    expect((await t.run("flags create shown -e production --client-visible")).out).not.toContain("only servers");
  });

  test("is named by flags set, which does not repeat it for a flag that exists", async ({ expect }) => {
    const set = async (key: string, input: string, more = "") =>
      (await t.run(`flags set ${key} -e production -f - ${more}`.trim(), { input })).out;
    expect(await set("from-document", flag(), "--dry-run")).toContain(HINT);
    expect(await set("from-document", flag())).toContain(HINT);
    expect(await set("from-document", flag())).not.toContain("only servers");
    expect(await set("shown-document", flag(true))).not.toContain("only servers");
    expect((await t.run("flags set from-document -e production --default on")).out).not.toContain("only servers");
  });

  test("is named by diff and apply, for all new flags in one line", async ({ expect }) => {
    const one = project({ "one-hidden": undefined, "one-shown": true });
    const hint = "only servers see the new flag one-hidden; clientVisible: true shows it to pages and apps";
    for (const format of ["text", "markdown"])
      expect((await t.run(`diff - --format ${format}`, { input: one })).out).toContain(`\n${hint}\n`);
    expect((await t.run("diff - --format patch", { input: one })).out).toContain(`\n# ${hint}\n`);
    expect((await t.run("apply - --dry-run", { input: one })).out).toContain(`\n${hint}\n`);
    expect((await t.run("apply -", { input: one })).out).toMatch(new RegExp(`^production: .*published\\n${hint}\n$`));
    expect((await t.run("apply -", { input: one })).out).not.toContain("only servers");
    const two = project({ b: false, a: false });
    expect((await t.run("apply -", { input: two })).out).toContain("only servers see the new flags a, b; ");
    const updated = project({ "one-hidden": undefined, c: true }).replace('"variant":"off"', '"variant":"on"');
    expect((await t.run("apply -", { input: updated })).out).not.toContain("only servers");
  });
});
