/** A flag that is created with three questions: what it is, for whom it is, and who reads it. */
import type { Flag } from "../../../../sdk/client/contract.ts";
import { row, type Row } from "../flags/flag-draft.ts";
import { keyProblem } from "../../../../src/flags/limits.ts";
import type { Parsed } from "../../ui/fields/parsed.ts";
import { parseValue } from "../flags/variant-values.ts";
import { type Audience, nobody, turnedOnFor } from "./audience.ts";

export const NEW_TYPES = [
  ["boolean", "Boolean: on or off"],
  ["string", "String: one of several texts"],
  ["float", "Number"],
  ["object", "JSON"],
] as const;
export type NewType = (typeof NEW_TYPES)[number][0];

/** Keys can be longer, but nobody wants to read one. */
const SUGGESTED_LENGTH = 80;

type Variant = Row<{ name: string; value: unknown }>;

export interface NewFlag {
  name: string;
  /** `undefined` until the person types one: the key then follows the name. */
  key: string | undefined;
  description: string;
  owner: string;
  tags: readonly string[];
  type: NewType;
  variants: readonly Variant[];
  /** The variant of everybody else, and while the flag is off. */
  off: string;
  audience: Audience;
  /** Whether browsers and apps see the flag. */
  clientVisible: boolean;
}

const FIRST_VALUES: Record<NewType, [unknown, unknown]> = {
  boolean: [true, false],
  string: ["treatment", "control"],
  float: [1, 0],
  object: [{}, {}],
};

export function startNewFlag(): NewFlag {
  const start = { name: "", key: undefined, description: "", owner: "", tags: [], clientVisible: false };
  return { ...start, ...variantsOfType("boolean") };
}

/** Returns the type with its first variants. The audience starts anew, because it names one of them. */
export function variantsOfType(type: NewType): Pick<NewFlag, "type" | "variants" | "off" | "audience"> {
  const [on, off] = type === "boolean" ? ["on", "off"] : ["treatment", "control"];
  const [first, second] = FIRST_VALUES[type];
  const variants = [row({ name: on, value: first }), row({ name: off, value: second })];
  return { type, variants, off, audience: nobody(on) };
}

/** Renames a variant, also where the form refers to it. */
export function renameNewVariant(form: NewFlag, id: number, name: string): NewFlag {
  const before = form.variants.find((one) => one.id === id)?.item.name;
  const renamed = (one: string): string => (one === before ? name : one);
  return {
    ...form,
    variants: form.variants.map((one) => (one.id === id ? { id, item: { ...one.item, name } } : one)),
    off: renamed(form.off),
    audience: { ...form.audience, variant: renamed(form.audience.variant) },
  };
}

/** Returns the form with other variants, by name. The ones that it refers to stay if they are still there. */
export function withValues(form: NewFlag, values: Readonly<Record<string, unknown>>): NewFlag {
  const names = Object.keys(values);
  const rest = names.includes(form.off) ? form.off : (names.at(-1) ?? "");
  const others = names.filter((name) => name !== rest);
  const variant = others.includes(form.audience.variant) ? form.audience.variant : (others[0] ?? rest);
  return {
    ...form,
    variants: Object.entries(values).map(([name, value]) => row({ name, value })),
    off: rest,
    audience: { ...form.audience, variant },
  };
}

/** Reads named values, such as `{ "small": { "items": 10 }, "large": { "items": 20 } }`. */
export function parseValues(text: string): Parsed<Readonly<Record<string, unknown>>> {
  const parsed = parseValue("object", text);
  if ("problem" in parsed) return parsed;
  const entries = Object.entries(parsed.value as object);
  if (Array.isArray(parsed.value) || entries.length < 2)
    return { problem: "must be an object with two variants or more" };
  for (const [name, value] of entries) {
    const problem = keyProblem(name);
    if (problem !== undefined) return { problem: `${name}: the name ${problem}` };
    if (typeof value !== "object" || value === null) return { problem: `${name}: must be a JSON object or list` };
  }
  return { value: Object.fromEntries(entries) };
}

/** Returns the key for a name: `New checkout (Größe)` is `new-checkout-grosse`. */
export function suggestedKey(name: string): string {
  return name
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}._]+/gu, "-")
    .replace(/^[-._]+/, "")
    .slice(0, SUGGESTED_LENGTH)
    .replace(/[-._]+$/, "")
    .normalize();
}

export function keyOf({ key, name }: NewFlag): string {
  return key ?? suggestedKey(name);
}

/** Returns the flag as it is created in an environment: off, or on for the audience. */
export function newFlagOf(form: NewFlag, isOn: boolean): Flag {
  const { description, owner, tags, type, variants, off, audience, clientVisible, name } = form;
  const key = keyOf(form);
  const start = { enabled: false, offVariant: off, default: { variant: off } };
  return {
    key,
    type,
    // A name that is more than its key is worth keeping.
    description: description !== "" || name === key ? description : name,
    ...(owner === "" ? {} : { owner }),
    tags: [...tags],
    clientVisible,
    variants: Object.fromEntries(variants.map(({ item }) => [item.name, item.value])),
    ...start,
    ...(isOn ? turnedOnFor(audience, start, ruleIdOf(audience)) : { rules: [] }),
  };
}

function ruleIdOf({ kind, segment, values }: Audience): string {
  const stem = suggestedKey(kind === "segment" ? segment : values.length === 1 ? String(values[0]) : "");
  return /^[a-z0-9]/.test(stem) ? stem : "rule-1";
}
