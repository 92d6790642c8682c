/** The differences of two documents in words. */
import type { Condition, Configuration, Flag, Rule, Serve } from "../client/contract.ts";
import { differences, isSame } from "../client/differences.ts";
import { shortJson } from "../../src/flags/hashes/short-json.ts";
import { conditionText } from "./condition.ts";
import { listText, nameText, valueText, variantText } from "./names.ts";
import { ruleText, scheduleText } from "./rule.ts";
import { serveText, type Wording } from "./serve.ts";
import { escapePointer, placeText } from "./place.ts";
import { timeText } from "./time.ts";
import { valueChanges } from "./value-changes.ts";

/** One difference. The texts differ. A side that does not have the place is `undefined`. */
export interface WordedChange {
  /** The place: `Rule beta, condition`. */
  subject: string;
  before: string | undefined;
  after: string | undefined;
}

/** Returns `Rule beta, condition: plan is pro → plan is free`. */
export function changeText({ subject, before, after }: WordedChange): string {
  if (before === undefined) return `${subject} added: ${after}`;
  return after === undefined ? `${subject} removed: ${before}` : `${subject}: ${before} → ${after}`;
}

/** A longer sentence in a short message hides the rest of it. */
const MAX_SENTENCE = 160;

/** Returns changes as a short sentence: the one change, or the places of several. */
export function changesText(changes: readonly WordedChange[]): string {
  const [first] = changes;
  const text = changes.length === 1 && first !== undefined ? changeText(first) : "";
  if (text !== "" && text.length <= MAX_SENTENCE) return text;
  return `Changed: ${listText([...new Set(changes.map(({ subject }) => subject))], "and", 3)}`;
}

/**
 * Returns the differences of two configurations. There is at least one if any field differs: where the words are the
 * same, it names the field and its values.
 */
export function configurationChanges(
  before: Partial<Configuration>,
  after: Partial<Configuration>,
  wording: Wording,
): WordedChange[] {
  const serve = (one: Serve): string => serveText(one, wording);
  return [
    ...change("State", before.enabled, after.enabled, (isOn) => (isOn ? "on" : "off"), "/enabled"),
    ...ruleChanges(before.rules, after.rules, wording),
    ...change("Everyone else", before.default, after.default, serve, "/default"),
    ...change("When off", before.offVariant, after.offVariant, variantText, "/offVariant"),
    ...keyedChanges(
      { name: "Prerequisite", pointer: "/prerequisites", keyOf: (one) => one.flag },
      before.prerequisites,
      after.prerequisites,
      (subject, pointer, old, now) =>
        change(subject, old, now, ({ variants }) => `serves ${listText(variants.map(nameText), "or")}`, pointer),
    ),
  ];
}

/** Returns the differences of two flags or definitions, also in fields that only one of them has. */
export function flagChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  wording: Wording,
): WordedChange[] {
  const [old, now] = [before as Partial<Flag>, after as Partial<Flag>];
  const rest = { before: without(before, NAMED), after: without(after, NAMED) };
  return [
    ...configurationChanges(old, now, wording),
    ...entryChanges("Variant", "/variants", old.variants, now.variants),
    ...change(
      "Fallback",
      old.fallback,
      now.fallback,
      (value) => (value === null ? "none" : valueJson(value)),
      "/fallback",
    ),
    ...change("Visible to", old.clientVisible, now.clientVisible, visibilityText, "/clientVisible"),
    ...change("Description", old.description, now.description, quoted, "/description"),
    ...change("Owner", old.owner, now.owner, quoted, "/owner"),
    ...change("Tags", old.tags, now.tags, (tags) => (tags.length === 0 ? "none" : tags.join(", ")), "/tags"),
    ...entryChanges("Metadata", "/metadata", old.metadata, now.metadata),
    ...change("Lifetime", old.lifetime, now.lifetime, (lifetime) => lifetime ?? "not set", "/lifetime"),
    ...change(
      "Expires",
      old.expiresAt,
      now.expiresAt,
      (at) => (at === null ? "never" : timeText(at, wording.zone)),
      "/expiresAt",
    ),
    ...exactChanges(rest.before, rest.after, ""),
  ];
}

/** Returns the differences of two segments. */
export function segmentChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): WordedChange[] {
  const named = ["condition", "name", "description"];
  const [old, now] = [before, after].map((one) => one["condition"] as Condition | undefined);
  return [
    ...conditionChanges("Condition", old, now, "/condition"),
    ...change("Name", before["name"], after["name"], quoted, "/name"),
    ...change("Description", before["description"], after["description"], quoted, "/description"),
    ...exactChanges(without(before, named), without(after, named), ""),
  ];
}

/** Returns the differences of two documents of any kind. Flags, definitions, configurations and segments have words. */
export function documentChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
  wording: Wording,
): WordedChange[] {
  const has = (name: string): boolean => name in before || name in after;
  if (has("condition")) return segmentChanges(before, after);
  return has("variants") || has("rules") ? flagChanges(before, after, wording) : exactChanges(before, after, "");
}

/** The fields that have words of their own. */
const NAMED =
  "enabled rules default offVariant prerequisites variants fallback clientVisible description owner tags metadata lifetime expiresAt".split(
    " ",
  );

/** Returns the differences of any two documents field by field, with their values as JSON. */
export function exactChanges(before: unknown, after: unknown, pointer: string): WordedChange[] {
  return differences(before, after, pointer).map((one) => {
    const [old, now] = [one.before, one.after].map((value) =>
      value === undefined ? undefined : plainText(value, one.pointer),
    );
    // The texts of long lists of hashes show only their beginnings.
    const isHidden = old === now;
    return { subject: placeText(one.pointer), before: old, after: isHidden ? `${now} (other contents)` : now };
  });
}

function plainText(value: unknown, pointer: string): string {
  return typeof value === "string" && !pointer.endsWith("/hashes") ? valueText(value) : shortJson(value, pointer);
}

function quoted(value: unknown): string {
  return typeof value === "string" ? `“${value}”` : (JSON.stringify(value) ?? "nothing");
}

function visibilityText(isVisible: boolean): string {
  return isVisible ? "servers, browsers and apps" : "servers only";
}

/** Returns the difference of two values in words, or exactly if the words are the same. */
function change<T>(
  subject: string,
  before: T | undefined,
  after: T | undefined,
  textOf: (value: T) => string,
  pointer: string,
): WordedChange[] {
  if (isSame(before, after)) return [];
  const [old, now] = [before, after].map((value) => (value === undefined ? undefined : textOf(value)));
  return old === now ? exactChanges(before, after, pointer) : [{ subject, before: old, after: now }];
}

function ruleChanges(before: Rule[] | undefined, after: Rule[] | undefined, wording: Wording): WordedChange[] {
  return keyedChanges({ name: "Rule", pointer: "/rules", keyOf: ({ id }) => id }, before, after, partsOf);

  function partsOf(subject: string, pointer: string, old: Rule | undefined, now: Rule | undefined): WordedChange[] {
    if (old === undefined || now === undefined) {
      return change(subject, old, now, (rule) => ruleText(rule, wording, false), pointer);
    }
    const schedule = (rule: Schedule): string => scheduleText(rule, wording) ?? "always";
    const named = ["id", "when", "serve", "from", "until", "during", "description"];
    return [
      // `null` stands for "no condition", so that both sides have a text.
      ...conditionChanges(`${subject}, IF`, old.when ?? null, now.when ?? null, `${pointer}/when`),
      ...change(`${subject}, THEN`, old.serve, now.serve, (serve) => serveText(serve, wording), `${pointer}/serve`),
      ...change(`${subject}, active`, scheduleOf(old), scheduleOf(now), schedule, pointer),
      ...change(`${subject}, description`, old.description, now.description, quoted, `${pointer}/description`),
      ...exactChanges(without(old, named), without(now, named), pointer),
    ];
  }
}

function conditionChanges(
  subject: string,
  before: Condition | null | undefined,
  after: Condition | null | undefined,
  pointer: string,
): WordedChange[] {
  const lists = !before || !after ? undefined : valueChanges(before, after);
  if (lists !== undefined)
    return lists.map(({ attribute, ...texts }) => ({ subject: `${subject} ${attribute}`, ...texts }));
  const text = (condition: Condition | null): string =>
    condition === null ? "everyone" : conditionText(condition, false);
  return change(subject, before, after, text, pointer);
}

type Schedule = Pick<Rule, "from" | "until" | "during">;

function scheduleOf({ from, until, during }: Rule): Schedule {
  return { from, until, during };
}

/**
 * Returns the differences of two lists whose items have keys, and of the order of their common items. Lists in which a
 * key occurs twice are compared by place.
 */
function keyedChanges<T>(
  { name, pointer, keyOf }: { name: string; pointer: string; keyOf: (item: T) => string },
  before: readonly T[] = [],
  after: readonly T[] = [],
  partsOf: (subject: string, pointer: string, old: T | undefined, now: T | undefined) => WordedChange[],
): WordedChange[] {
  const [old, now] = [before, after].map((items) => new Map(items.map((item) => [keyOf(item), item])));
  if (old === undefined || now === undefined || old.size < before.length || now.size < after.length) {
    return exactChanges(before, after, pointer);
  }
  const order = [[...old.keys()].filter((key) => now.has(key)), [...now.keys()].filter((key) => old.has(key))].map(
    (keys) => keys.map(nameText).join(", "),
  );
  const isMoved = order[0] !== order[1];
  return [
    ...(isMoved ? [{ subject: `Order of the ${name.toLowerCase()}s`, before: order[0], after: order[1] }] : []),
    ...[...new Set([...now.keys(), ...old.keys()])].flatMap((key) =>
      partsOf(`${name} ${nameText(key)}`, `${pointer}/${escapePointer(key)}`, old.get(key), now.get(key)),
    ),
  ];
}

function entryChanges(
  name: string,
  pointer: string,
  before: Readonly<Record<string, unknown>> = {},
  after: Readonly<Record<string, unknown>> = {},
): WordedChange[] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)]);
  const own = (record: object, key: string): unknown =>
    Object.hasOwn(record, key) ? (record as Record<string, unknown>)[key] : undefined;
  return [...names].flatMap((key) =>
    change(
      `${name} ${nameText(key)}`,
      own(before, key),
      own(after, key),
      valueJson,
      `${pointer}/${escapePointer(key)}`,
    ),
  );
}

function valueJson(value: unknown): string {
  return shortJson(value) ?? "nothing";
}

function without(record: object, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}
