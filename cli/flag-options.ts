/** Command-line options for the fields of a flag, as an alternative to a document. */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  FLAG_KINDS,
  FLAG_TYPES,
  type FlagKind,
  type FlagType,
  type Lifetime,
  LIFETIMES,
  WEIGHT_TOTAL,
} from "../src/flags/document.ts";
import type { Flag } from "../sdk/client/contract.ts";
import { numberProblem } from "../src/flags/formats/exact-numbers.ts";
import { depthProblem } from "../src/flags/formats/nesting.ts";
import { LIMITS } from "../src/flags/limits.ts";
import { parseInstant } from "../src/flags/formats/instant.ts";
import { UsageError } from "./exit.ts";

type Fields = Record<string, unknown>;

export interface FlagOptions {
  kind?: FlagKind;
  type?: FlagType;
  variant?: Record<string, string>;
  default?: string;
  rollout?: [variant: string, weight: number][];
  by?: string[];
  off?: string;
  description?: string;
  tag?: string[];
  owner?: string;
  lifetime?: Lifetime;
  expires?: string | null;
  clientVisible?: boolean;
  /** A file, or `none`. */
  jsonSchema?: string;
}

/** Adds the options. Kind and type exist only for new flags, because they never change. */
export function withFlagOptions(command: Command, isNew: boolean): Command {
  if (isNew) {
    command
      .addOption(new Option("--type <type>", "type of the values (default: boolean)").choices(FLAG_TYPES))
      .addOption(new Option("--kind <kind>", "kind of flag (default: flag)").choices(FLAG_KINDS));
  }
  return command
    .option("--variant <name=value...>", "variant with its value (boolean flags have on and off by default)", variant)
    .option("--default <variant>", "variant to serve if no rule matches")
    .option("--rollout <split>", "variants to serve if no rule matches, in percent: on=25,off=75", rollout)
    .option("--by <attributes...>", "attributes that split a --rollout (default: targetingKey)")
    .option("--off <variant>", "variant to serve while the flag is disabled")
    .option("--description <text>", "description for people")
    .option("--tag <tags...>", "tags for searching")
    .option("--owner <name>", "person or team responsible for the flag")
    .option("--json-schema <file>", "JSON Schema that the values of an object or json flag fit; none removes it")
    .addOption(new Option("--lifetime <lifetime>", "whether the flag is to stay").choices(LIFETIMES))
    .option("--expires <date>", "when the temporary flag is due for removal, or never", expiry)
    .option("--client-visible", "let browsers and apps evaluate the flag")
    .option("--no-client-visible", "let only servers evaluate the flag");
}

export function hasFlagOptions(options: FlagOptions): boolean {
  return NAMES.some((name) => options[name] !== undefined);
}

const NAMES = [
  "kind",
  "type",
  "variant",
  "default",
  "rollout",
  "by",
  "off",
  "description",
  "tag",
  "owner",
  "lifetime",
  "expires",
  "clientVisible",
  "jsonSchema",
] as const satisfies (keyof FlagOptions)[];

/** Returns a whole flag. It is enabled and serves off to everyone, unless the options differ. @throws UsageError */
export function newFlag(key: string, options: FlagOptions): Fields {
  const { kind = "flag", type = "boolean" } = options;
  const values = options.variant ?? (type === "boolean" ? { on: "true", off: "false" } : undefined);
  if (values === undefined)
    throw new UsageError(`a flag of type ${type} needs variants, for example --variant small=10 large=50`);
  const variants = variantsOf(values, type);
  const byDefault = options.default ?? (Object.hasOwn(variants, "off") ? "off" : undefined);
  if (options.rollout === undefined && (byDefault === undefined || kind === "sample")) {
    throw new UsageError(
      kind === "sample"
        ? "a sample needs the shares of its variants, for example --rollout on=10,off=90"
        : `choose the variant to serve (${Object.keys(variants).join(", ")}) with --default, or shares with --rollout`,
    );
  }
  return {
    key,
    kind,
    type,
    variants,
    enabled: true,
    offVariant: options.off ?? (Object.hasOwn(variants, "off") ? "off" : null),
    default: options.rollout === undefined ? { variant: byDefault } : served(options, kind),
    ...notesOf(options),
  };
}

/** Returns the merge patch that the options make for an existing flag. @throws UsageError */
export function flagPatch(options: FlagOptions, now: Pick<Flag, "kind" | "type" | "default">): Fields {
  return {
    ...(options.variant === undefined ? {} : { variants: patchedVariants(options.variant, now.type) }),
    ...(options.default === undefined ? {} : { default: { variant: checkedDefault(options) } }),
    ...(options.rollout === undefined ? {} : { default: served(options, now.kind ?? "flag", totalOf(now)) }),
    ...(options.off === undefined ? {} : { offVariant: options.off }),
    ...notesOf(options),
  };
}

/** @throws UsageError for null, which removes a variant in a merge patch */
function patchedVariants(texts: Record<string, string>, type: FlagType): Fields {
  const variants = variantsOf(texts, type);
  const [name] = Object.entries(variants).find(([, value]) => value === null) ?? [];
  if (name === undefined) return variants;
  throw new UsageError(`--variant ${name}=null would remove the variant; set null with --file and the whole flag`);
}

function checkedDefault(options: FlagOptions): string | undefined {
  if (options.rollout !== undefined) throw new UsageError("use either --default or --rollout, not both");
  return options.default;
}

function served({ rollout = [], by, ...options }: FlagOptions, kind: FlagKind, total = WEIGHT_TOTAL): Fields {
  if (options.default !== undefined) throw new UsageError("use either --default or --rollout, not both");
  if (kind === "sample") {
    if (by !== undefined) throw new UsageError("a sample draws for each evaluation, so --by has no effect");
    return { draw: { weights: rollout } };
  }
  // The merge keeps the salt and the hash of an existing rollout, so raising a share affects only the added users.
  return { rollout: { weights: outOf(total, rollout), ...(by === undefined ? {} : { by }) } };
}

/** Returns the total of the rollout that a merge patch changes. */
function totalOf({ default: serve }: Pick<Flag, "default">): number | undefined {
  return "rollout" in serve ? serve.rollout.total : undefined;
}

/** Returns weights out of another total. @throws UsageError if a small total cannot express a share */
function outOf(total: number, weights: [string, number][]): [string, number][] {
  let sum = 0;
  return weights.map(([name, weight]) => {
    if (total < WEIGHT_TOTAL && (weight * total) % WEIGHT_TOTAL !== 0)
      throw new UsageError(`${name}: the shares of this rollout are multiples of ${100 / total}%`);
    const start = Math.round((sum * total) / WEIGHT_TOTAL);
    sum += weight;
    return [name, Math.round((sum * total) / WEIGHT_TOTAL) - start];
  });
}

function notesOf(options: FlagOptions): Fields {
  const { description, tag: tags, owner, lifetime, expires: expiresAt, clientVisible, by, rollout: split } = options;
  if (by !== undefined && split === undefined)
    throw new UsageError("--by needs --rollout, for example --rollout on=25,off=75");
  const given = Object.entries({ description, tags, owner, lifetime, expiresAt, clientVisible });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** Returns an expiry as the API takes it. */
function expiry(text: string): string | null {
  if (text === "never") return null;
  if (Number.isNaN(parseInstant(text)))
    throw new InvalidArgumentError("must be a date such as 2030-01-31, an ISO 8601 instant, or never");
  return text;
}

function variantsOf(texts: Record<string, string>, type: FlagType): Fields {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, valueOf(name, text, type)]));
}

function valueOf(name: string, text: string, type: FlagType): unknown {
  if (type === "string") return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The check below refuses it.
  }
  const example = { boolean: "true", integer: "12", float: "0.5", object: '{"size":12}', json: "'\"text\"'" }[type];
  if (!isOfType(value, type))
    throw new UsageError(`--variant ${name} must be of type ${type}, for example ${name}=${example}, not ${text}`);
  const problem = depthProblem(value, LIMITS.jsonDepth) ?? numberProblem(text, value);
  if (problem !== undefined) throw new UsageError(`--variant ${name}: the value ${problem}`);
  return value;
}

/** `undefined` stands for text that is not JSON. */
function isOfType(value: unknown, type: Exclude<FlagType, "string">): boolean {
  if (type === "json") return value !== undefined;
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "integer") return Number.isSafeInteger(value);
  return typeof value === (type === "float" ? "number" : "boolean");
}

function variant(text: string, known: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("it must look like small=10");
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Parses a percentage with up to three decimals as a weight, in thousandths of a percent. */
export function percentage(text: string): number {
  const [, share] = /^(\d{1,3}(?:\.\d{1,3})?)\s*%?$/.exec(text.trim()) ?? [];
  const weight = Math.round(Number(share) * (WEIGHT_TOTAL / 100));
  if (weight <= WEIGHT_TOTAL) return weight;
  throw new InvalidArgumentError("it must be from 0 to 100 with up to three decimals, such as 25 or 0.5");
}

function rollout(text: string): [string, number][] {
  const weights = text.split(",").map((part): [string, number] => {
    const [, name = "", share = ""] = /^\s*(\S+)=(\d{1,3}(?:\.\d{1,3})?)\s*%?\s*$/.exec(part) ?? [];
    if (name === "")
      throw new InvalidArgumentError("it must be shares in percent, such as on=25,off=75 or on=0.5,off=99.5");
    return [name, Math.round(Number(share) * (WEIGHT_TOTAL / 100))];
  });
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  if (total !== WEIGHT_TOTAL) {
    throw new InvalidArgumentError(
      `the shares must add up to 100%, but these add up to ${total / (WEIGHT_TOTAL / 100)}%`,
    );
  }
  return weights;
}
