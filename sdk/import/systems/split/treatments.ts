import type { JsonValue } from "../../../../src/flags/document.ts";
import { Names } from "../../lowering/names.ts";
import { entryOf, type Fields, fieldsOf, listOf, textOf } from "../../lowering/source.ts";
import type { FlagInput } from "../../types.ts";

/** Split's result for everything that has none. It is the caller's default in Burgee. */
export const CONTROL = "control";

/** The variants of one flag. If a treatment has a configuration, values are the results of `getTreatmentWithConfig`. */
export class Treatments {
  readonly #names = new Names();
  readonly #variants = new Map<string, string>();
  readonly #configurations: Fields;

  constructor(split: Fields) {
    this.#configurations = fieldsOf(split["configurations"]);
    for (const condition of listOf(split["conditions"]))
      for (const one of listOf(fieldsOf(condition)["partitions"])) this.variantOf(fieldsOf(one)["treatment"]);
    this.variantOf(split["defaultTreatment"]);
  }

  /** Returns the variant of a treatment. `null` is the caller's default. */
  variantOf(treatment: unknown): string | null {
    if (typeof treatment !== "string" || treatment === CONTROL) return null;
    const variant = this.#variants.get(treatment) ?? this.#names.take(treatment);
    this.#variants.set(treatment, variant);
    return variant;
  }

  /** Returns the variants of those treatments that the flag can serve. */
  variantsOf(treatments: readonly string[]): string[] {
    return [...new Set(treatments)].flatMap((treatment) => this.#variants.get(treatment) ?? []);
  }

  /** Returns all variants. */
  all(): string[] {
    return [...this.#variants.values()];
  }

  definition(): Pick<FlagInput, "type" | "variants"> {
    const treatments = [...this.#variants];
    if (treatments.length === 0) return { type: "string", variants: { none: "" } };
    const configOf = (treatment: string): string | null => textOf(entryOf(this.#configurations, treatment)) ?? null;
    const isPlain = treatments.every(([treatment]) => configOf(treatment) === null);
    const valueOf = (treatment: string): JsonValue =>
      isPlain ? treatment : { treatment, config: configOf(treatment) };
    return {
      type: isPlain ? "string" : "object",
      variants: Object.fromEntries(treatments.map(([treatment, variant]) => [variant, valueOf(treatment)])),
    };
  }
}
