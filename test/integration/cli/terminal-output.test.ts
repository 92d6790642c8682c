import { afterAll, beforeAll, describe, test } from "vitest";
import { processTerminal } from "../../../cli/terminal.ts";
import { type CliTest, startCliTest } from "./harness.ts";

const COLOR = "\u001B[";

describe("burgee on a terminal", () => {
  let t: CliTest;
  let env: Record<string, string>;
  const onTerminal = (line: string, more: Record<string, string> = {}, columns = 100) =>
    t.run(line, { isInteractive: true, env: { ...env, ...more }, columns });
  beforeAll(async () => {
    t = await startCliTest();
    env = { BURGEE_URL: "http://edge.test", BURGEE_TOKEN: t.project.adminToken };
    await t.run("flags create checkout-redesign-of-the-summer -e production");
    await t.run("export flags.yaml");
    await t.run("flags disable checkout-redesign-of-the-summer -e production");
  });
  afterAll(() => t.close());

  test.for([
    "diff flags.yaml",
    "diff flags.yaml --format patch",
    "flags enable checkout-redesign-of-the-summer -e production --dry-run",
    "audit list -e production",
    "cache stats -e production",
    "apply flags.yaml --dry-run",
  ])("%s has colours, unless they are not wanted", async (line, { expect }) => {
    expect((await onTerminal(line)).out).toContain(COLOR);
    for (const more of [{ NO_COLOR: "1" }, { TERM: "dumb" }])
      expect((await onTerminal(line, more)).out).not.toContain(COLOR);
    expect((await onTerminal(`${line} --no-color`)).out).not.toContain(COLOR);
    expect((await onTerminal(`${line} --json`)).out).not.toContain(COLOR);
    expect((await t.run(line)).out).not.toContain(COLOR);
    // The text is the same with and without colours.
    if (!line.startsWith("cache"))
      expect((await onTerminal(line)).out.split(COLOR).map(withoutCode).join("")).toBe((await t.run(line)).out);
  });

  test("a narrow terminal gets a block for each row, and a pipe always gets a table", async ({ expect }) => {
    const narrow = await onTerminal("flags list -e production", {}, 40);
    expect(narrow.out).toMatch(/^key {6}checkout-redesign-of-the-summer\nkind {5}flag\n/);
    expect(narrow.out.split("\n").every((line) => line.length <= 40)).toBe(true);
    expect((await onTerminal("flags list -e production")).out).toMatch(/^KEY +KIND/);
    expect((await t.run("flags list -e production", { columns: 40 })).out).toMatch(/^KEY +KIND/);
  });

  test("apply and export show their progress to a person, except with --quiet", async ({ expect }) => {
    expect((await onTerminal("export new.yaml")).err).toContain("reading production");
    expect((await onTerminal("apply flags.yaml")).err).toMatch(/reading production\n.*writing production/s);
    await t.run("flags disable checkout-redesign-of-the-summer -e production");
    const quiet = await onTerminal("apply flags.yaml --quiet");
    expect(quiet).toMatchObject({ code: 0, out: "", err: "" });
    expect((await t.run("export new.yaml")).err).toBe("");
  });

  test("--quiet leaves out confirmations, but not errors and results", async ({ expect }) => {
    expect(await t.run("flags enable checkout-redesign-of-the-summer -e production --quiet")).toMatchObject({
      code: 0,
      out: "",
    });
    expect((await t.run("flags enable nobody -e production --quiet")).err).toContain("does not exist");
    expect((await t.run("flags list -e production --quiet")).out).toContain("checkout");
  });

  test("a terminal that says it has no columns counts as one of 100", ({ expect, onTestFinished }) => {
    const before = Object.getOwnPropertyDescriptor(process.stdout, "columns");
    onTestFinished(() => {
      if (before === undefined) Reflect.deleteProperty(process.stdout, "columns");
      else Object.defineProperty(process.stdout, "columns", before);
    });
    Object.defineProperty(process.stdout, "columns", { value: 0, configurable: true });
    expect(processTerminal().columns).toBe(100);
  });

  test("env delete accepts --yes instead of the key", async ({ expect }) => {
    await t.run("env create spare");
    expect((await t.run("env delete spare --yes --dry-run")).out).toContain("would delete environment spare");
    expect((await t.run("env delete spare --yes")).code).toBe(0);
  });
});

/** Removes the rest of a colour's code at the beginning of a text. */
function withoutCode(text: string, i: number): string {
  return i === 0 ? text : text.replace(/^\d+m/, "");
}
