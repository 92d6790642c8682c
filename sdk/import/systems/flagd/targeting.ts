import type { Rule, Serve } from "../../../../src/flags/document.ts";
import { isNullish } from "../../lowering/attribute.ts";
import { all, any, leaf, type Lowered } from "../../lowering/condition.ts";
import { NotImportable } from "../../lowering/draft.ts";
import { RuleList } from "../../lowering/rule-list.ts";
import { at } from "../../lowering/source.ts";
import { choiceIn, type Fraction, fractionOf, type SliceVariant } from "./fractional.ts";
import { lowerTest } from "./logic.ts";
import { argumentsOf, evaluatorOf, operandOf, operationOf, pathOf, type Scope } from "./scope.ts";

/** The operators whose result is true, false or null. */
const TESTS = ["==", "!=", "===", "!==", "<", "<=", ">", ">=", "!", "!!", "in", "starts_with", "ends_with", "sem_ver"];

/** More rules than a flag can have. */
const MAX_RULES = 100;

/** Lowers the targeting of one flag. Each expression adds rules that together apply to everybody within its guard. */
export class Targeting {
  /** The ids of the rules that serve the flag's default, which flagd calls no match. */
  readonly defaults = new Set<string>();
  readonly #list = new RuleList();
  readonly #scope: Scope;
  readonly #names: ReadonlyMap<string, string>;
  readonly #fallback: string | null;

  /** `names` has the names of the variants by those of the source. `fallback` is the default variant. */
  constructor(scope: Scope, names: ReadonlyMap<string, string>, fallback: string | null) {
    this.#scope = scope;
    this.#names = names;
    this.#fallback = fallback;
  }

  get rules(): Rule[] {
    return this.#list.rules;
  }

  lower(expression: unknown, place: string, guard: Lowered = true, scope = this.#scope): void {
    const operation = operationOf(expression);
    if (operation === undefined) {
      if (Array.isArray(expression)) throw new NotImportable(place, "a list cannot be a variant");
      this.#serve(guard, expression as SliceVariant);
      return;
    }
    const { operator, args } = operation;
    const list = argumentsOf(args);
    const inside = at(place, operator);
    if (operator === "if") this.#choose(list, 0, inside, guard, scope);
    else if (operator === "fractional") this.#split(list, inside, guard, scope);
    else if (operator === "$ref") this.#refer(String(args), place, guard, scope);
    else if (operator === "var") this.#serveAttribute(expression, place, guard, scope);
    else if (isBoolean(expression)) {
      const test = lowerTest(expression, place, scope);
      this.#fail(all(guard, test.fails));
      this.#serve(all(guard, test.nulls), null);
      this.#serve(all(guard, test.holds), true);
      this.#serve(guard, false);
    } else throw new NotImportable(inside, `the result of "${operator}" cannot be a variant`);
  }

  #choose(list: readonly unknown[], from: number, place: string, guard: Lowered, scope: Scope): void {
    if (from >= list.length) this.#serve(guard, null);
    else if (from === list.length - 1) this.lower(list[from], at(place, from), guard, scope);
    else {
      const { holds, fails } = lowerTest(list[from], at(place, from), scope);
      this.#fail(all(guard, fails));
      if (holds !== false) this.lower(list[from + 1], at(place, from + 1), all(guard, holds), scope);
      if (holds !== true) this.#choose(list, from + 2, place, guard, scope);
    }
  }

  #refer(name: string, place: string, guard: Lowered, scope: Scope): void {
    const evaluator = evaluatorOf(name, place, scope);
    this.lower(evaluator, at("/$evaluators", name), guard, { ...scope, open: [...scope.open, name] });
  }

  /** The attribute is the name of a variant. */
  #serveAttribute(expression: unknown, place: string, guard: Lowered, scope: Scope): void {
    const operand = operandOf(expression, place, scope);
    if ("literal" in operand) {
      this.#serve(guard, operand.literal as SliceVariant);
      return;
    }
    const attribute = pathOf(operand.attribute);
    this.#serve(all(guard, isNullish(attribute)), null);
    for (const source of this.#names.keys()) {
      const isNamed = leaf(attribute, "equals", [source], { read: "text" });
      const isListed = leaf(attribute, "equals", [JSON.stringify([source])], { read: "json" });
      this.#serve(all(guard, attribute === "targetingKey" ? isNamed : any(isNamed, isListed)), source);
    }
    if (attribute !== "targetingKey")
      scope.notes.note(place, "a list inside a list is never the name of a variant here; flagd joins it into a text");
    this.#fail(guard);
  }

  #split(list: readonly unknown[], place: string, guard: Lowered, scope: Scope): void {
    const choice = choiceIn(list);
    if (choice !== undefined) {
      const { holds, fails } = lowerTest(choice.condition, place, scope);
      this.#fail(all(guard, fails));
      if (holds !== false) this.#split(choice.whenTrue, place, all(guard, holds), scope);
      if (holds !== true) this.#split(choice.whenFalse, place, guard, scope);
      return;
    }
    const fraction = fractionOf(list, place, scope);
    if (fraction === undefined) this.#serve(guard, null);
    else this.#serveFraction(fraction, guard);
  }

  #serveFraction({ bucketing, slices, constants }: Fraction, guard: Lowered): void {
    for (const { when, variant } of constants) this.#serve(all(guard, when), variant);
    if (bucketing === undefined) return;
    const open = slices.filter(({ from, to }) => from < to);
    const weights = open.map(({ variant, from, to }): [string | undefined, number] => [
      this.#names.get(String(variant)),
      to - from,
    ]);
    const areKnown = weights.every(([name], i) => name !== undefined && open[i]?.variant !== null);
    if (areKnown && weights.length > 0) {
      const rollout = { ...bucketing, weights: weights as [string, number][] };
      this.#add(guard, { rollout: { ...rollout, onMissingKey: "default", onMiss: "default" } }, "split");
      return;
    }
    for (const { variant, from, to } of open)
      this.#serve(all(guard, { bucket: { ...bucketing, ranges: [[from, to]] } }), variant);
    this.#serve(guard, null);
  }

  /** Serves a variant by its name in the source. `null` is the flag's default. */
  #serve(when: Lowered, variant: SliceVariant): void {
    if (variant === null) {
      const id = this.#add(when, { variant: this.#fallback }, "default");
      if (id !== undefined) this.defaults.add(id);
      return;
    }
    const name = this.#names.get(String(variant));
    if (name === undefined) this.#fail(when);
    else this.#add(when, { variant: name }, `to-${name}`);
  }

  #fail(when: Lowered): void {
    this.#add(when, { error: "GENERAL" }, "error");
  }

  #add(when: Lowered, serve: Serve, id: string): string | undefined {
    if (when === false || (this.rules.at(-1)?.when === undefined && this.rules.length > 0)) return undefined;
    if (this.rules.length === MAX_RULES) throw new NotImportable("", `it needs more than ${MAX_RULES} rules`);
    return this.#list.add(id, when, serve);
  }
}

function isBoolean(expression: unknown): boolean {
  const operation = operationOf(expression);
  if (operation === undefined) return typeof expression === "boolean";
  const { operator, args } = operation;
  if (TESTS.includes(operator)) return true;
  return (operator === "and" || operator === "or") && argumentsOf(args).length > 0 && argumentsOf(args).every(isPlain);
}

/** A test that is never null, so that `and` and `or` of such tests are not either. */
function isPlain(expression: unknown): boolean {
  const operator = operationOf(expression)?.operator ?? "";
  return isBoolean(expression) && !["starts_with", "ends_with", "sem_ver"].includes(operator);
}
