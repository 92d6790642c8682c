import { NotImportable } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { at, partsOf, type Placed, textOf } from "../../lowering/source.ts";
import { VariantSet } from "../../lowering/variant-set.ts";
import { commonType } from "../../lowering/value-type.ts";
import type { JsonValue } from "../../types.ts";
import type { LoweredFlag } from "./lowered-flag.ts";
import type { ResultShape } from "./results.ts";
import { ENTITY } from "./constraints.ts";
import { distributionsOf, TOTAL } from "./distributions.ts";
import type { FliptScope } from "./engine.ts";
import { idOf, noteRanks, segmentsOf } from "./rules.ts";

/** The variants of a flag, by their keys in Flipt. */
export class VariantTable {
  readonly #set = new VariantSet();
  readonly #variants = new Map<string, { name: string; attachment: unknown }>();
  /** The variant of subjects that no rule serves, or `null` for the caller's default. */
  readonly fallback: string | null;

  constructor(flag: Placed) {
    let fallback: string | null = null;
    for (const { fields } of partsOf(flag, "variants")) {
      const key = textOf(fields["key"]) ?? "";
      const name = this.#set.nameOf(key, key || "empty");
      this.#variants.set(key, { name, attachment: fields["attachment"] });
      if (fields["default"] === true) fallback = name;
    }
    this.fallback = fallback;
  }

  get values(): Record<string, JsonValue> {
    return this.#variants.size === 0 ? { none: "" } : this.#set.values;
  }

  variantOf(key: string): string | undefined {
    return this.#variants.get(key)?.name;
  }

  /** Returns the attachments of the variants that have one, by key in Flipt. A text is JSON of the type text. */
  attachments(): ReadonlyMap<string, JsonValue> {
    const found = [...this.#variants].filter(([, { attachment }]) => attachment !== undefined && attachment !== null);
    return new Map(found.map(([key, { attachment }]) => [key, attachment as JsonValue]));
  }
}

/** A rule that matches ends the evaluation, also for buckets behind its last distribution. */
export function lowerVariants(
  key: string,
  flag: Placed,
  scope: FliptScope,
): { lowered: LoweredFlag; shape: ResultShape } {
  const table = new VariantTable(flag);
  const list = new RuleList();
  const rests = new Set<string>();
  const rules = partsOf(flag, "rules");
  noteRanks(rules, scope);
  rules.forEach((rule, i) => {
    const id = idOf(rule, `rule-${i + 1}`);
    const when = segmentsOf(rule, scope);
    const distributions = distributionsOf(rule, scope).map(({ variant, end }) => {
      const name = table.variantOf(variant);
      if (name === undefined)
        throw new NotImportable(at(rule.place, "distributions"), `the flag has no variant "${variant}"`);
      return { name, end };
    });
    const last = distributions.at(-1)?.end ?? 0;
    const [only] = distributions;
    if (only === undefined) list.add(id, when, { variant: table.fallback });
    else if (distributions.length === 1 && last === TOTAL) list.add(id, when, { variant: only.name });
    else {
      const weights = distributions.map(({ name, end }, j): [string, number] => [
        name,
        end - (distributions[j - 1]?.end ?? 0),
      ]);
      const bucketing = { by: [ENTITY], salt: key, hash: "flipt-variant-1", total: TOTAL } as const;
      list.add(id, when, { rollout: { ...bucketing, by: [ENTITY], weights } });
      const rest = last < TOTAL && list.add(`${id}.rest`, when, { variant: table.fallback });
      if (rest) rests.add(rest);
    }
  });
  noteTexts(flag, scope);
  const lowered: LoweredFlag = {
    type: "string",
    variants: table.values,
    enabled: flag.fields["enabled"] === true,
    offVariant: table.fallback,
    rules: list.rules,
    default: { variant: table.fallback },
  };
  return {
    lowered,
    shape: { type: "variant", hasDefault: table.fallback !== null, rests, attachments: table.attachments() },
  };
}

function noteTexts(flag: Placed, { notes }: FliptScope): void {
  for (const { fields, place } of partsOf(flag, "variants"))
    if (textOf(fields["description"]) || (textOf(fields["name"]) || fields["key"]) !== fields["key"])
      notes.note(place, "name and description are left out, because variants have only a key here");
}

/** Returns the flag for the attachments of a flag's variants, or `undefined` if there are none. */
export function lowerAttachments(key: string, flag: Placed): LoweredFlag | undefined {
  const table = new VariantTable(flag);
  const list = new RuleList();
  const variants: Record<string, JsonValue> = {};
  for (const [variantKey, attachment] of table.attachments()) {
    const variant = table.variantOf(variantKey) ?? "";
    variants[variant] = attachment;
    list.add(variant, { flag: key, variants: [variant] }, { variant });
  }
  if (list.rules.length === 0) return undefined;
  const type = commonType(Object.values(variants));
  return { type, variants, enabled: true, offVariant: null, rules: list.rules, default: { variant: null } };
}
