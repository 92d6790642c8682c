import type { JsonValue } from "../../../src/flags/document.ts";
import { Names } from "./names.ts";

/** The variants of one flag, with a name for each different value. */
export class VariantSet {
  readonly values: Record<string, JsonValue> = {};
  readonly #names = new Names();
  readonly #known = new Map<string, string>();

  /**
   * Returns the name of a value's variant. A new one gets the wanted name, or a similar one. `identity` tells variants
   * apart if the value alone does not.
   */
  nameOf(value: JsonValue, wanted: string, identity: unknown = value): string {
    const text = JSON.stringify(identity);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const name = this.#names.take(wanted);
    this.#known.set(text, name);
    this.values[name] = value;
    return name;
  }
}
