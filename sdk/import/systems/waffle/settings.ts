import { textOf } from "../../lowering/source.ts";
import type { ImportOptions } from "../../types.ts";

export const KINDS = ["flag", "switch", "sample"] as const;
export type Kind = (typeof KINDS)[number];

/** The settings of a Django project that change a result. */
export interface Settings {
  /** The results for names that the database lacks. */
  defaults: Record<Kind, boolean>;
  /** The names of models, in lower case as `dumpdata` writes them. */
  models: Record<Kind, string>;
  /** Whether `?<name>=1` switches a flag. */
  override: boolean;
  /** Returns the name of the cookie that remembers a draw. */
  cookie: (name: string) => string;
  /** Returns the name of the cookie and of the query parameter that switch a flag in testing mode. */
  testCookie: (name: string) => string;
}

export function settingsOf({ settings = {} }: ImportOptions): Settings {
  const model = (kind: Kind): string =>
    (textOf(settings[`WAFFLE_${kind.toUpperCase()}_MODEL`]) ?? `waffle.${kind}`).toLowerCase();
  const isDefault = (kind: Kind): boolean => isOn(settings[`WAFFLE_${kind.toUpperCase()}_DEFAULT`]);
  const nameFrom =
    (format: string) =>
    (name: string): string =>
      format.replace("%s", () => name);
  return {
    defaults: { flag: isDefault("flag"), switch: isDefault("switch"), sample: isDefault("sample") },
    models: { flag: model("flag"), switch: model("switch"), sample: model("sample") },
    override: isOn(settings["WAFFLE_OVERRIDE"]),
    cookie: nameFrom(textOf(settings["WAFFLE_COOKIE"]) ?? "dwf_%s"),
    testCookie: nameFrom(textOf(settings["WAFFLE_TEST_COOKIE"]) ?? "dwft_%s"),
  };
}

/** A setting is a boolean, or the text that a command line or Python gives for one. */
function isOn(value: unknown): boolean {
  return value === true || (typeof value === "string" && /^(true|1|yes|on)$/i.test(value));
}
