/** A question with a name and the variant that the user must get, in its forms: an address and a test of a file. */
import type { FlagTest } from "../../../../sdk/project/flag-tests.ts";
import type { Question } from "./question.ts";
import { type Resolved, resultName } from "./reasons.ts";

export interface Case {
  name: string;
  environment: string;
  /** `undefined` if the question is about all flags. */
  flag?: string | undefined;
  context: Record<string, unknown>;
  request?: Record<string, unknown> | undefined;
  at?: string | undefined;
  /** The variant that the user must get; `null` is the code default. `undefined` if nothing is expected. */
  expect?: string | null | undefined;
}

/** The outcome of one case. */
export interface Outcome {
  state: "passed" | "failed" | "unknown";
  text: string;
}

/** Whether a stored value is a case. */
export function isCase(value: unknown): value is Case {
  const { name, environment, flag, context } = (value ?? {}) as Partial<Case>;
  const isText = (one: unknown): boolean => typeof one === "string" && one !== "";
  return (
    isText(name) &&
    isText(environment) &&
    (flag === undefined || isText(flag)) &&
    typeof context === "object" &&
    context !== null
  );
}

/** Returns the question of a case for an address, with its name and expectation. */
export function questionOfCase({
  name,
  environment,
  context,
  request,
  at,
  expect,
}: Case): Question & Record<string, string | undefined> {
  return {
    environment,
    context: JSON.stringify(context),
    request: request === undefined ? undefined : JSON.stringify(request),
    at,
    case: name,
    // An address has no null. A variant cannot have an empty name.
    expect: expect === null ? "" : expect,
  };
}

/** Compares a result with the expected variant. */
export function outcomeOf(resolution: Resolved, expect: string | null | undefined): Outcome {
  const got = resultName(resolution);
  const passes = resolution.reason !== "ERROR" && (resolution.variant ?? null) === expect;
  return passes ? { state: "passed", text: `gets ${got}` } : { state: "failed", text: `gets ${got}` };
}

/** Returns the cases that `burgee test` can run, in the form of its file. */
export function testsOf(all: readonly Case[]): Partial<FlagTest>[] {
  return all.flatMap(({ name, environment, flag, context, request, at, expect }) =>
    flag === undefined || expect === undefined
      ? []
      : [
          {
            name,
            flag,
            environment,
            context: context as FlagTest["context"],
            ...(request !== undefined && { request: request as FlagTest["request"] }),
            ...(at !== undefined && { now: at }),
            expect,
          },
        ],
  );
}

/** Returns the tests that are cases: those that expect a variant. Names that are missing or taken become unique. */
export function casesOf(tests: readonly FlagTest[]): Case[] {
  const names = new Set<string>();
  return tests.flatMap(({ name, flag, environment, context, request, now, expect }) => {
    if (expect === undefined) return [];
    const wanted = name ?? `${flag} in ${environment}`;
    let unique = wanted;
    for (let n = 2; names.has(unique); n++) unique = `${wanted} (${n})`;
    names.add(unique);
    const asked = Object.keys(request).length === 0 ? {} : { request };
    return [{ name: unique, flag, environment, context, ...asked, ...(now !== undefined && { at: now }), expect }];
  });
}
