/** The states of a flag over time: its scheduled rollout merges steps into it, one after the other. */
import { NotImportable, type Notes } from "../../lowering/draft.ts";
import type { Period } from "../../lowering/schedule.ts";
import { at, type Fields, fieldsOf, isFields, type Placed, partsOf, textOf } from "../../lowering/source.ts";
import { dateOf } from "./dates.ts";

/** A flag between two steps. */
export interface State extends Period {
  variations: Fields;
  rules: readonly Placed[];
  defaultRule: Placed | undefined;
  isDisabled: boolean;
  /** The experiment's first and last instant. Outside of it, the flag is disabled. */
  experiment: Period | undefined;
}

interface Step extends Placed {
  date: number;
}

/** Returns the states in their order. The last one has no end. */
export function statesOf(flag: Placed, notes: Notes): State[] {
  const steps = partsOf(flag, "scheduledRollout").flatMap((part): Step[] => {
    const date = dateOf(part.fields["date"], at(part.place, "date"));
    if (date === undefined) notes.note(part.place, "the step has no date, so it never starts");
    return date === undefined ? [] : [{ ...part, date }];
  });
  const starts = [-Infinity, ...[...new Set(steps.map(({ date }) => date))].sort((a, b) => a - b)];
  return starts.map((from, i) => ({
    ...stateAfter(
      flag,
      steps.filter(({ date }) => date <= from),
      notes,
    ),
    from,
    until: starts[i + 1] ?? Infinity,
  }));
}

function stateAfter(flag: Placed, steps: readonly Step[], notes: Notes): Omit<State, keyof Period> {
  const { fields, place } = flag;
  let variations = fieldsOf(fields["variations"]);
  let defaultRule = isFields(fields["defaultRule"])
    ? { fields: fields["defaultRule"], place: at(place, "defaultRule") }
    : undefined;
  let isDisabled = fields["disable"] === true;
  let experiment: Fields | undefined = isFields(fields["experimentation"]) ? fields["experimentation"] : undefined;
  let named = partsOf(flag, "targeting");
  let added: readonly Placed[] = [];
  for (const step of steps) {
    const updates = partsOf(step, "targeting");
    // GO Feature Flag keeps the changes of all steps to a rule, but only the last step's new rules.
    if (added.length > 0)
      notes.approximate(
        step.place,
        "it drops the rules that an earlier step added; versions of GO Feature Flag may differ in this",
      );
    named = named.map((rule) => merged(rule, updates));
    const known = new Set(named.flatMap(({ fields: { name } }) => textOf(name) ?? []));
    added = updates.filter(({ fields: { name } }) => !known.has(textOf(name) ?? ""));
    const { disable, experimentation } = step.fields;
    if (typeof disable === "boolean") isDisabled = disable;
    if (isFields(step.fields["defaultRule"])) {
      const update = { fields: step.fields["defaultRule"], place: at(step.place, "defaultRule") };
      if (defaultRule === undefined) throw new NotImportable(update.place, "the flag has no default rule to change");
      defaultRule = mergedRule(defaultRule, update);
    }
    variations = { ...variations, ...fieldsOf(step.fields["variations"]) };
    if (isFields(experimentation)) experiment = { ...experiment, ...experimentation };
  }
  return {
    variations,
    rules: [...named, ...added],
    defaultRule,
    isDisabled,
    experiment: experiment && periodOf(experiment, at(place, "experimentation")),
  };
}

function periodOf(experiment: Fields, place: string): Period {
  const last = dateOf(experiment["end"], at(place, "end"));
  return {
    from: dateOf(experiment["start"], at(place, "start")) ?? -Infinity,
    until: last === undefined ? Infinity : last + 1,
  };
}

function merged(rule: Placed, updates: readonly Placed[]): Placed {
  const name = textOf(rule.fields["name"]);
  const update = updates.findLast(({ fields }) => name !== undefined && fields["name"] === name);
  return update === undefined ? rule : mergedRule(rule, update);
}

function mergedRule(rule: Placed, { fields, place }: Placed): Placed {
  const result: Record<string, unknown> = { ...rule.fields };
  for (const name of ["disable", "query", "variation"]) if (fields[name] !== undefined) result[name] = fields[name];
  if (isFields(fields["progressiveRollout"])) {
    const [before, after] = [fieldsOf(result["progressiveRollout"]), fields["progressiveRollout"]];
    const part = (name: string): Fields => ({ ...fieldsOf(before[name]), ...fieldsOf(after[name]) });
    result["progressiveRollout"] = { initial: part("initial"), end: part("end") };
  }
  if (isFields(fields["percentage"])) {
    const percentages = { ...fieldsOf(result["percentage"]), ...fields["percentage"] };
    // A negative percentage takes a variation out.
    result["percentage"] = Object.fromEntries(Object.entries(percentages).filter(([, share]) => !(Number(share) < 0)));
  }
  return { fields: result, place };
}
