import { WEIGHT_TOTAL } from "../flags/document.ts";

/** The draws of one request: a whole number for each place in a flag that draws, below 100,000 in a sample. */
export type Draws = Map<string, number>;

/** The part of an input that draws need. */
interface Drawing {
  random: () => number;
  draws?: Draws | undefined;
}

/** Returns the name of a place that draws: the default of a flag, or one of its rules. No key contains a newline. */
export function placeOf(flag: string, ruleId: string | undefined): string {
  return ruleId === undefined ? flag : `${flag}\n${ruleId}`;
}

/**
 * Returns the draw at a place. A request draws once at each place, so a sample has one variant in the whole response:
 * by itself, as a prerequisite and in conditions. Requests that reach no draw allocate nothing.
 */
export function drawAt(place: string, input: Drawing, total = WEIGHT_TOTAL): number {
  const draws = (input.draws ??= new Map());
  const known = draws.get(place);
  if (known !== undefined) return known;
  const draw = Math.floor(input.random() * total);
  draws.set(place, draw);
  return draw;
}
