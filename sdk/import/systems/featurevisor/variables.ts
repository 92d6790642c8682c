import type { FlagType, JsonValue } from "../../../../src/flags/document.ts";
import { all, bucketIn, type Lowered, not } from "../../lowering/condition.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { at, type Fields, fieldsOf, type Placed, scalarText, textOf } from "../../lowering/source.ts";
import { commonType } from "../../lowering/value-type.ts";
import { VariantSet } from "../../lowering/variant-set.ts";
import type { FlagInput } from "../../types.ts";
import { targetOf } from "./conditions.ts";
import { commonParts, ON } from "./features.ts";
import { addShares, allocationsOf } from "./shares.ts";
import { overridesIn, requirementsOf } from "./source.ts";
import { eachForce, enabledOf, type FeatureScope, percentageOf, type Step } from "./steps.ts";
import { partKey } from "./variations.ts";

const TYPES: Record<string, FlagType> = {
  boolean: "boolean",
  string: "string",
  integer: "integer",
  double: "float",
  array: "object",
  object: "object",
};

/** Returns the flag for one variable of a feature. */
export function lowerVariable(scope: FeatureScope, variable: string, schema: Placed): FlagInput {
  return new VariableFlag(scope, variable, schema.fields).lower();
}

class VariableFlag {
  readonly #scope: FeatureScope;
  readonly #variable: string;
  readonly #schema: Fields;
  readonly #set = new VariantSet();
  readonly #list = new RuleList();

  constructor(scope: FeatureScope, variable: string, schema: Fields) {
    this.#scope = scope;
    this.#variable = variable;
    this.#schema = schema;
  }

  lower(): FlagInput {
    const { key } = this.#scope;
    const fallback = this.#default();
    const { disabledValue, useDefaultWhenDisabled } = this.#schema;
    const offVariant =
      disabledValue !== undefined ? this.#variantOf(disabledValue) : useDefaultWhenDisabled ? fallback : null;
    this.#noteRequired();
    this.#addForcesOfDisabled();
    const isPlain = this.#list.rules.length === 0;
    const isOn = { flag: key, variants: [ON] };
    if (!isPlain) this.#list.add("disabled", not(isOn), { variant: offVariant });
    eachForce(this.#scope, (force) => this.#addForce(force));
    for (const rule of this.#scope.rules) this.#addRule(rule);
    return {
      ...commonParts(this.#scope),
      key: partKey(key, this.#variable),
      ...this.#definition(),
      offVariant,
      rules: this.#list.rules,
      default: { variant: fallback },
      prerequisites: isPlain ? [isOn] : [],
    };
  }

  #noteRequired(): void {
    const { feature, notes } = this.#scope;
    if (requirementsOf(feature).length === 0) return;
    notes.approximate(
      at(feature.place, "required"),
      "if a required feature lacks this variable, Featurevisor's SDK gives the disabled value; Burgee does not",
    );
  }

  /** A force that sets the variable and not `enabled` also counts while the feature is off. */
  #addForcesOfDisabled(): void {
    eachForce(this.#scope, (force) => {
      const value = this.#valueOf(force);
      if (value === undefined || enabledOf(force) !== undefined) return false;
      this.#list.add(force.id, force.when, { variant: this.#variantOf(value) });
      return true;
    });
  }

  #valueOf({ fields }: Placed): unknown {
    const variables = fieldsOf(fields["variables"]);
    return Object.hasOwn(variables, this.#variable) ? variables[this.#variable] : undefined;
  }

  #definition(): Pick<FlagInput, "type" | "variants"> {
    const values = Object.values(this.#set.values);
    if (values.length === 0) return { type: "json", variants: { none: null } };
    const wanted = TYPES[textOf(this.#schema["type"]) ?? ""];
    const found = commonType(values);
    return { type: wanted === "float" && found === "integer" ? wanted : found, variants: this.#set.values };
  }

  /** Returns the variant of a value. `null` is the caller's default, which the SDK gives for no value. */
  #variantOf(value: unknown): string | null {
    const read = this.#schema["type"] === "json" && typeof value === "string" ? parsedJson(value) : value;
    if (read === undefined) return null;
    const wanted = typeof read === "object" ? "value" : scalarText(read) || "empty";
    return this.#set.nameOf(read as JsonValue, wanted);
  }

  #default(): string | null {
    return this.#variantOf(this.#schema["defaultValue"]);
  }

  #addForce(force: Step): boolean {
    const { id, when, fields } = force;
    const value = this.#valueOf(force);
    if (value !== undefined) {
      // Without `enabled`, its rule comes before that of the disabled feature.
      if (enabledOf(force) !== undefined) this.#list.add(id, when, { variant: this.#variantOf(value) });
      return true;
    }
    const variation = textOf(fields["variation"]);
    if (!variation) return false;
    // Rules that set the variable win over the variation that a force gives.
    for (const rule of this.#scope.rules)
      this.#addRule({ ...rule, id: `${id}.${rule.id}`, when: all(when, rule.when) }, variation);
    this.#addVariation(id, when, variation);
    return true;
  }

  #addRule(rule: Step, forcedVariation?: string): void {
    const { id, when, fields } = rule;
    if (percentageOf(rule) === 0) {
      this.#list.add(id, when, { variant: null });
      return;
    }
    const overrides = overridesIn(rule).get(this.#variable) ?? [];
    // Version 2 of the SDK does not know overrides in rules.
    if (overrides.length > 0 && this.#scope.sdkVersion(rule.place) === 3) this.#addOverrides(id, when, overrides);
    const value = this.#valueOf(rule);
    const variation = forcedVariation ?? textOf(fields["variation"]);
    if (value !== undefined) this.#list.add(id, when, { variant: this.#variantOf(value) });
    else if (variation) this.#addVariation(id, when, variation);
    else this.#addAllocations(rule);
  }

  #addOverrides(id: string, when: Lowered, overrides: readonly Placed[]): void {
    overrides.forEach((override, i) => {
      const { conditions, segments } = targetOf(override, this.#scope);
      const variant = this.#variantOf(override.fields["value"]);
      this.#list.add(`${id}.override-${i + 1}`, all(when, conditions ?? segments ?? false), { variant });
    });
  }

  #addVariation(id: string, when: Lowered, value: string): void {
    this.#addOverrides(id, when, this.#overridesOf(value));
    this.#list.add(id, when, { variant: this.#valueIn(value) });
  }

  #overridesOf(variation: string | undefined): readonly Placed[] {
    return this.#variationOf(variation)?.overrides.get(this.#variable) ?? [];
  }

  /** Returns the variant for a variation, or the variable's own default. */
  #valueIn(variation: string | undefined): string | null {
    const value = this.#variationOf(variation)?.values.get(this.#variable);
    return value === undefined ? this.#default() : this.#variantOf(value);
  }

  #variationOf(variation: string | undefined) {
    return this.#scope.variations.find(({ value }) => value === variation);
  }

  #addAllocations(rule: Step): void {
    const { id, when } = rule;
    const { bucketing } = this.#scope;
    const allocations = allocationsOf(rule);
    for (const variation of new Set(allocations.map(({ of }) => of))) {
      const overrides = this.#overridesOf(variation);
      const ranges = allocations.filter(({ of }) => of === variation).map(({ from, to }) => [from, to] as const);
      if (overrides.length > 0)
        this.#addOverrides(`${id}.${variation ?? ""}`, all(when, bucketIn(bucketing, ranges)), overrides);
    }
    const shares = allocations.map((share) => ({ ...share, of: this.#valueIn(share.of) }));
    addShares(this.#list, id, when, { shares, bucketing });
  }
}

/** The SDK gives `null` for text that is not JSON. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
