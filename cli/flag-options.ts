/** A flag's fields as options of the command line, for those who have no document at hand. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { FLAG_KINDS, FLAG_TYPES, type FlagKind, type FlagType, WEIGHT_TOTAL } from "../src/flags/document.ts";
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
  clientVisible?: boolean;
}

/** Adds the options; kind and type only where a flag is made, because they stay. */
export function withFlagOptions(command: Command, isNew: boolean): Command {
  if (isNew) {
    command
      .addOption(new Option("--type <type>", "of its values; boolean without it").choices(FLAG_TYPES))
      .addOption(new Option("--kind <kind>", "flag without it").choices(FLAG_KINDS));
  }
  return command
    .option("--variant <name=value...>", "a variant and its value; boolean flags have on and off", variant)
    .option("--default <variant>", "what is served when no rule matches")
    .option("--rollout <split>", "the same as shares in percent: on=25,off=75", rollout)
    .option("--by <attributes...>", "with --rollout: whom to split by; targetingKey without it")
    .option("--off <variant>", "what is served while the flag is disabled")
    .option("--description <text>", "for people")
    .option("--tag <tags...>", "for finding it again")
    .option("--owner <name>", "who looks after it")
    .option("--client-visible", "browsers and apps may evaluate it")
    .option("--no-client-visible", "only servers may evaluate it");
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
  "clientVisible",
] as const satisfies (keyof FlagOptions)[];

/** A whole flag: enabled, and serving off to everybody unless the options say otherwise. @throws UsageError */
export function newFlag(key: string, options: FlagOptions): Fields {
  const { kind = "flag", type = "boolean" } = options;
  const values = options.variant ?? (type === "boolean" ? { on: "true", off: "false" } : undefined);
  if (values === undefined)
    throw new UsageError(`a flag of type ${type} needs its variants: --variant small=10 large=50`);
  const variants = variantsOf(values, type);
  const byDefault = options.default ?? ("off" in variants ? "off" : undefined);
  if (options.rollout === undefined && (byDefault === undefined || kind === "sample")) {
    const shares = Object.keys(variants).join(", ");
    throw new UsageError(
      kind === "sample"
        ? "a sample needs the share of calls that it draws: --rollout on=10,off=90"
        : `say which of ${shares} is served: --default ${Object.keys(variants)[0]}, or --rollout`,
    );
  }
  return {
    key,
    kind,
    type,
    variants,
    enabled: true,
    offVariant: options.off ?? ("off" in variants ? "off" : null),
    default: options.rollout === undefined ? { variant: byDefault } : served(options, kind),
    ...notesOf(options),
  };
}

/** What the options change in a flag that is there, as a merge patch. @throws UsageError */
export function flagPatch(options: FlagOptions, now: { kind?: FlagKind | undefined; type: FlagType }): Fields {
  const others = { variant: null, rollout: null, draw: null };
  return {
    ...(options.variant === undefined ? {} : { variants: variantsOf(options.variant, now.type) }),
    ...(options.default === undefined ? {} : { default: { ...others, variant: checkedDefault(options) } }),
    ...(options.rollout === undefined ? {} : { default: { ...others, ...served(options, now.kind ?? "flag") } }),
    ...(options.off === undefined ? {} : { offVariant: options.off }),
    ...notesOf(options),
  };
}

function checkedDefault(options: FlagOptions): string | undefined {
  if (options.rollout !== undefined) throw new UsageError("give one of --default and --rollout");
  return options.default;
}

function served({ rollout: weights, by, ...options }: FlagOptions, kind: FlagKind): Fields {
  if (options.default !== undefined) throw new UsageError("give one of --default and --rollout");
  if (kind === "sample") return { draw: { weights } };
  // Merged over a rollout that is there, it keeps the salt: raising a share moves only those whom it adds.
  return { rollout: { weights, ...(by === undefined ? {} : { by }) } };
}

function notesOf({ description, tag: tags, owner, clientVisible, by, rollout: split }: FlagOptions): Fields {
  if (by !== undefined && split === undefined) throw new UsageError("--by goes with --rollout");
  const given = Object.entries({ description, tags, owner, clientVisible });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
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
    // Refused below.
  }
  const isRight =
    type === "object"
      ? typeof value === "object" && value !== null && !Array.isArray(value)
      : type === "integer"
        ? Number.isSafeInteger(value)
        : typeof value === (type === "float" ? "number" : "boolean");
  const example = { boolean: "true", integer: "12", float: "0.5", object: '{"size":12}' }[type];
  if (!isRight) throw new UsageError(`--variant ${name} must be of type ${type}, as ${name}=${example}; it is ${text}`);
  return value;
}

function variant(text: string, known: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be like small=10.");
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Percent with up to three decimals; the worker counts in thousandths of them. */
function rollout(text: string): [string, number][] {
  const weights = text.split(",").map((part): [string, number] => {
    const [, name = "", share = ""] = /^\s*([^=\s]+)=(\d{1,3}(?:\.\d{1,3})?)\s*%?\s*$/.exec(part) ?? [];
    if (name === "")
      throw new InvalidArgumentError("It must be shares in percent, as on=25,off=75 or on=0.5,off=99.5.");
    return [name, Math.round(Number(share) * (WEIGHT_TOTAL / 100))];
  });
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  if (total !== WEIGHT_TOTAL) {
    throw new InvalidArgumentError(`The shares must add up to 100 %; these are ${total / (WEIGHT_TOTAL / 100)} %.`);
  }
  return weights;
}
