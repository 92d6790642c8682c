import type { Rule, Serve } from "../../../src/flags/document.ts";
import type { Lowered } from "./condition.ts";
import { Names } from "./names.ts";

/** The rules of one flag, in their order. */
export class RuleList {
  readonly rules: Rule[] = [];
  readonly #ids = new Names();

  /** Adds a rule, unless it never applies. Returns its id: the wanted one, or a similar one. */
  add(
    wanted: string,
    when: Lowered,
    serve: Serve,
    others: Pick<Rule, "description" | "from" | "until" | "during"> = {},
  ): string | undefined {
    if (when === false) return undefined;
    const id = this.#ids.take(wanted);
    this.rules.push({ id, ...(when !== true && { when }), serve, ...others });
    return id;
  }
}
