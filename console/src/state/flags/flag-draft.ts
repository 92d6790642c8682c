/** A flag that is being edited. Its named parts are rows, which keep their identity when they are renamed or moved. */
import { DEFINITION_FIELDS } from "../../../../sdk/project/definition-fields.ts";
import type { Flag, Rule, Serve } from "../../../../sdk/client/contract.ts";
import { initialValue } from "./variant-values.ts";

export interface Row<T> {
  /** Known only to this draft and never sent. */
  readonly id: number;
  readonly item: T;
}

export type MetadataValue = string | number | boolean;
export type Prerequisite = NonNullable<Flag["prerequisites"]>[number];

export interface Draft {
  key: string;
  kind: NonNullable<Flag["kind"]>;
  type: Flag["type"];
  description: string;
  tags: readonly string[];
  /** `undefined` if the flag never had an owner. */
  owner: string | undefined;
  /** The value that code uses when an evaluation fails. `undefined` if there is none, and `null` to remove it. */
  fallback: unknown;
  /** `undefined` if nobody ever said, like `expiresAt`. */
  lifetime: Flag["lifetime"];
  expiresAt: Flag["expiresAt"];
  /** `undefined` if there is none, and `null` to remove the stored one. */
  jsonSchema: unknown;
  clientVisible: boolean;
  metadata: readonly Row<{ name: string; value: MetadataValue }>[];
  variants: readonly Row<{ name: string; value: unknown }>[];
  enabled: boolean;
  offVariant: string | null;
  default: Serve;
  rules: readonly Row<Rule>[];
  prerequisites: readonly Row<Prerequisite>[];
}

let last = 0;

export function row<T>(item: T): Row<T> {
  return { id: ++last, item };
}

/** Returns a draft of the flag. Parts that the previous draft has too keep their identity. */
export function draftOf(flag: Flag, before?: Draft): Draft {
  return {
    key: flag.key,
    kind: flag.kind ?? "flag",
    type: flag.type,
    description: flag.description ?? "",
    tags: flag.tags ?? [],
    owner: flag.owner,
    fallback: flag.fallback,
    lifetime: flag.lifetime,
    expiresAt: flag.expiresAt,
    jsonSchema: flag.jsonSchema,
    clientVisible: flag.clientVisible ?? false,
    metadata: rowsOf(
      Object.entries(flag.metadata ?? {}).map(([name, value]) => ({ name, value })),
      before?.metadata,
      ({ name }) => name,
    ),
    variants: rowsOf(
      Object.entries(flag.variants).map(([name, value]) => ({ name, value })),
      before?.variants,
      ({ name }) => name,
    ),
    enabled: flag.enabled,
    offVariant: flag.offVariant ?? null,
    default: flag.default,
    rules: rowsOf(flag.rules ?? [], before?.rules, ({ id }) => id),
    prerequisites: rowsOf(flag.prerequisites ?? [], before?.prerequisites, ({ flag: needed }) => needed),
  };
}

function rowsOf<T>(items: readonly T[], before: readonly Row<T>[] | undefined, nameOf: (item: T) => string): Row<T>[] {
  const ids = new Map(before?.map(({ id, item }) => [nameOf(item), id]));
  return items.map((item) => {
    const name = nameOf(item);
    const id = ids.get(name);
    ids.delete(name);
    return id === undefined ? row(item) : { id, item };
  });
}

/** Returns the whole flag, as it is sent. */
export function flagOf(draft: Draft): Flag {
  const { owner, fallback, lifetime, expiresAt, jsonSchema, ...described } = draft;
  const { metadata, variants, rules, prerequisites, tags, ...rest } = described;
  return {
    ...rest,
    tags: [...tags],
    ...(owner === undefined ? {} : { owner }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(lifetime === undefined ? {} : { lifetime }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
    metadata: Object.fromEntries(metadata.map(({ item }) => [item.name, item.value])),
    variants: Object.fromEntries(variants.map(({ item }) => [item.name, item.value])),
    rules: rules.map(({ item }) => item),
    prerequisites: prerequisites.map(({ item }) => item),
  };
}

/** The values that remove optional fields. A field that is not sent stays as it is. */
const REMOVED = { fallback: null, jsonSchema: null, lifetime: null, expiresAt: null, owner: "" } as const;

/** Returns the flag with the removal of each optional field that only the stored flag has. */
export function withRemovals(base: Flag, wanted: Flag): Flag {
  const removed = Object.entries(REMOVED).filter(([name]) => {
    const field = name as keyof typeof REMOVED;
    return base[field] !== undefined && base[field] !== null && wanted[field] === undefined;
  });
  return { ...wanted, ...Object.fromEntries(removed) };
}

/** Returns the draft of a new flag. */
export function newDraft(): Draft {
  return {
    ...draftOf({ key: "", type: "boolean", variants: {}, enabled: false, default: { variant: "off" } }),
    ...defaultsForType("boolean"),
  };
}

/** Returns the initial variants of a new flag of this type, and its default. */
export function defaultsForType(
  type: Flag["type"],
): Pick<Draft, "type" | "variants" | "offVariant" | "default" | "rules" | "fallback" | "jsonSchema"> {
  const isBoolean = type === "boolean";
  const [first, second] = isBoolean ? ["on", "off"] : ["a", "b"];
  return {
    type,
    variants: [
      row({ name: first, value: isBoolean ? true : initialValue(type) }),
      row({ name: second, value: initialValue(type) }),
    ],
    offVariant: second,
    default: { variant: second },
    rules: [],
    fallback: undefined,
    jsonSchema: undefined,
  };
}

/** Changes the kind of a new flag, and its default to one that this kind can serve. */
export function changeKind(draft: Draft, kind: Draft["kind"]): Draft {
  if (kind === "flag") return { ...draft, ...defaultsForType(draft.type), kind };
  const boolean = { ...draft, ...defaultsForType("boolean"), kind };
  return kind === "switch"
    ? boolean
    : {
        ...boolean,
        default: {
          draw: {
            weights: [
              ["on", 1000],
              ["off", 99_000],
            ],
          },
        },
      };
}

/** Renames a variant everywhere in this flag. */
export function renameVariant(draft: Draft, from: string, to: string): Draft {
  const renamed = (name: string): string => (name === from ? to : name);
  return {
    ...draft,
    variants: draft.variants.map((variant) =>
      variant.item.name === from ? { ...variant, item: { ...variant.item, name: to } } : variant,
    ),
    offVariant: draft.offVariant === null ? null : renamed(draft.offVariant),
    default: mapVariants(draft.default, renamed),
    rules: draft.rules.map((rule) => ({
      ...rule,
      item: { ...rule.item, serve: mapVariants(rule.item.serve, renamed) },
    })),
  };
}

function mapVariants(serve: Serve, name: (variant: string) => string): Serve {
  if ("variant" in serve) return { variant: serve.variant === null ? null : name(serve.variant) };
  if ("error" in serve) return serve;
  const mapped = (weights: [string, number][]): [string, number][] =>
    weights.map(([variant, weight]) => [name(variant), weight]);
  return "draw" in serve
    ? { draw: { weights: mapped(serve.draw.weights) } }
    : { rollout: { ...serve.rollout, weights: mapped(serve.rollout.weights) } };
}

/** Returns an unused name, such as `rule-3`. */
export function freeName(stem: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  let number = names.size + 1;
  while (names.has(`${stem}-${number}`)) number++;
  return `${stem}-${number}`;
}

/** Returns the list with one item moved. */
export function moveItem<T>(items: readonly T[], from: number, to: number): T[] {
  const item = items[from];
  if (item === undefined || to < 0 || to >= items.length) return [...items];
  return items.toSpliced(from, 1).toSpliced(to, 0, item);
}

/** Whether this pointer is inside the definition, which all environments share. */
export function isDefinitionPointer(pointer: string): boolean {
  return (DEFINITION_FIELDS as readonly string[]).includes(pointer.split("/")[1] ?? "");
}
