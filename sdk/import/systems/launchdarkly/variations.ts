import type { FlagType, JsonValue } from "../../../../src/flags/document.ts";
import { commonType } from "../../lowering/value-type.ts";

export const OFF = "off";

/** The variants of one flag. Their names are the indexes of the variations. */
export class VariationTable {
  readonly variants: Record<string, JsonValue> = {};
  readonly #indexes = new Map<string, number>();
  readonly #values: readonly JsonValue[];

  constructor(values: readonly unknown[]) {
    this.#values = values as JsonValue[];
    this.#values.forEach((_, i) => this.#add(String(i), i));
  }

  /** Returns the variant of an index, or `undefined` if there is no such variation. */
  nameOf(index: unknown): string | undefined {
    return this.#has(index) ? String(index) : undefined;
  }

  /**
   * Returns another variant with the value of a variation. The off variant is one, because a flag that is off never
   * meets a prerequisite; so are the variants of an experiment that are not tracked.
   */
  copyOf(index: unknown, suffix: string): string | undefined {
    if (!this.#has(index)) return undefined;
    const name = suffix === OFF ? OFF : `${index}.${suffix}`;
    this.#add(name, index);
    return name;
  }

  indexOf(variant: string): number | undefined {
    return this.#indexes.get(variant);
  }

  type(): FlagType {
    return commonType(this.#values);
  }

  #has(index: unknown): index is number {
    return typeof index === "number" && Number.isInteger(index) && index >= 0 && index < this.#values.length;
  }

  #add(name: string, index: number): void {
    this.variants[name] = this.#values[index] as JsonValue;
    this.#indexes.set(name, index);
  }
}
