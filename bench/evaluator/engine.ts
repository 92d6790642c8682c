/** The users and the flags of the comparison. Each engine expresses them in its own form. */

export interface User {
  id: string;
  email: string;
  country: string;
  plan: string;
  platform: string;
  appVersion: string;
  age: number;
  cartTotal: number;
}

/** An evaluator. `user` is the index of a user, whose context was built in advance in the evaluator's own form. */
export interface Engine {
  name: string;
  single: (flag: string, user: number) => boolean;
  /** Evaluates every flag and returns how many are on. */
  all: (user: number) => number;
}

export const COUNTRIES = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ");
export const PLANS = ["pro", "business"];
export const ROLLOUT_SHARE = 25;

/** The kinds of flags. Each engine expresses them in its own form. */
export const KINDS = ["static", "rollout", "targeted", "five-rules"] as const;
export type Kind = (typeof KINDS)[number];
export type FlagKinds = ReadonlyMap<string, Kind>;

/** Parses the contexts from JSON, because every engine reads objects built in code more slowly. */
export function parsedFromJson<T>(contexts: T[]): T[] {
  return JSON.parse(JSON.stringify(contexts)) as T[];
}
