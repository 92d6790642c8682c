import { resolve } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type DescribedFlag, typesText } from "../../../cli/generated/types-text.ts";
import { startTypedProject, type TypedProject } from "../../support/typed-project.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

const FLAGS: DescribedFlag[] = [
  { key: "theme", type: "string", description: "", variants: { b: "light", a: "dark", c: "dark" } },
  {
    key: "checkout",
    type: "boolean",
    description: "New checkout.\n\nEnds */ here.",
    variants: { on: true, off: false },
  },
  { key: "only-on", type: "boolean", description: "", variants: { on: true } },
  { key: "team/size", type: "integer", description: "", variants: { large: 50, small: 9, below: -1 } },
  { key: "limits", type: "object", description: "", variants: { low: { max: 1, by: ["a"] }, none: {} } },
  { key: "any", type: "json", description: "", variants: { text: "x", nothing: null, list: [1, [true]] } },
  { key: "long", type: "object", description: "", variants: { one: { text: "x".repeat(2000) } } },
  { key: "hidden\u202E", type: "string", description: "\u001b[2J", variants: { '"': 'a"b\u2028' } },
];

/** Calls that must compile, and after `@ts-expect-error` calls that must not. */
const USES = `
import type { Client as ServerClient } from "@openfeature/server-sdk";
import type { Client as WebClient } from "@openfeature/web-sdk";
import type { Flags } from "${ROOT}/sdk/provider/flags.ts";
import type { FlagsBinding } from "${ROOT}/src/rpc/interface.ts";
import type { FlagKeyOf, FlagValues, FlagVariants, Typed } from "./flags.ts";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const is = <T extends true>(..._: T[]) => undefined;

is<Same<FlagValues["theme"], "dark" | "light">>();
is<Same<FlagValues["team/size"], -1 | 9 | 50>>();
is<Same<FlagVariants["checkout"], "on" | "off">>();
is<Same<FlagKeyOf<boolean>, "checkout" | "only-on">>();
const values: Record<string, unknown> = {} as FlagValues;

export async function onServer(client: ServerClient) {
  const typed = client as Typed<ServerClient>;
  const checkout: boolean = await typed.getBooleanValue("checkout", false, { targetingKey: "u" });
  const theme = await typed.getStringValue("theme", "none");
  is<Same<typeof theme, "dark" | "light" | "none">>();
  const size = (await typed.getNumberDetails("team/size", 9)).value;
  is<Same<typeof size, -1 | 9 | 50>>();
  const { variant, reason } = await typed.getBooleanDetails("checkout", false);
  is<Same<typeof variant, "on" | "off" | undefined>>();
  const limits = await typed.getObjectValue("limits", { max: 0 });
  const json: unknown = await typed.getObjectValue("any", null);
  // @ts-expect-error The flag does not exist.
  await typed.getBooleanValue("chekout", false);
  // @ts-expect-error The flag is text.
  await typed.getBooleanValue("theme", false);
  // @ts-expect-error The default is not a boolean.
  await typed.getBooleanValue("checkout", "no");
  typed.addHooks();
  return { checkout, reason, limits, json, values };
}

export function inBrowser(client: WebClient) {
  const theme = (client as Typed<WebClient>).getStringValue("theme", "dark");
  is<Same<typeof theme, "dark" | "light">>();
}

export function inProcess(flags: Flags) {
  const typed = flags as Typed<Flags>;
  const theme = typed.string("theme", "dark", { targetingKey: "u" });
  is<Same<typeof theme, "dark" | "light">>();
  const details = typed.details("checkout", false);
  is<Same<typeof details.variant, "on" | "off" | undefined>>();
  const long: Record<string, unknown> = typed.object("long", {});
  // @ts-expect-error The flag is a number.
  typed.string("team/size", "");
  return [long, typed.status, typed.keys];
}

export async function overBinding(binding: FlagsBinding) {
  const typed = binding as Typed<FlagsBinding>;
  const theme = await typed.string("theme", "none");
  is<Same<typeof theme, "dark" | "light" | "none">>();
  const { stale } = await typed.details("theme", "none", {}, {});
  // @ts-expect-error The flag does not exist.
  await typed.boolean("chekout", false);
  return [stale, await typed.all()];
}
`;

describe("burgee types", () => {
  let project: TypedProject;
  beforeAll(async () => {
    project = await startTypedProject();
  });
  afterAll(() => project.close());

  test("the file compiles strictly and types OpenFeature, burgee/provider and the binding", async ({ expect }) => {
    const files = { "flags.ts": typesText(FLAGS), "uses.ts": USES, "empty.ts": typesText([]) };
    expect(await project.compile(files)).toBe("");
  }, 60_000);

  test("the text does not depend on the order of flags, variants and fields", ({ expect }) => {
    const reversed = FLAGS.toReversed().map((flag) => ({
      ...flag,
      variants: Object.fromEntries(Object.entries(flag.variants).toReversed()),
    }));
    expect(typesText(reversed)).toBe(typesText(FLAGS));
    const one = typesText([{ key: "o", type: "object", description: "", variants: { v: { b: 1, a: 2 } } }]);
    expect(one).toContain('"o": { "a": 2; "b": 1 };');
  });

  test("descriptions and texts of other people cannot leave their comment or string", ({ expect }) => {
    const text = typesText(FLAGS);
    expect(text).toContain("  /**\n   * New checkout.\n   *\n   * Ends *\\/ here.\n   */\n");
    expect(text).toContain(String.raw`"hidden\u202e": "a\"b\u2028";`);
    expect(text).toContain(String.raw`/** \u001b[2J */`);
  });

  test("an object flag with a long union of literals has a general type", ({ expect }) => {
    expect(typesText(FLAGS)).toContain('"long": { [key: string]: JsonValue };');
    expect(typesText(FLAGS)).toContain('"limits": { "by": ["a"]; "max": 1 } | { [key: string]: never };');
  });
});
