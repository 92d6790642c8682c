import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { remainingProblems } from "./pointers.ts";
import { flagProblemsOf } from "./flag-check.ts";

/** The rejected fields of a flag that is being edited. */
export interface Refusals {
  /** Those that have not changed since. */
  readonly problems: ReadonlySignal<readonly Problem[]>;
  /** Adds what the API rejected. */
  reject(problems: readonly Problem[], sent: Flag): void;
  /** Checks the flag before it is sent, beside the other ones. Resolves with whether there is no problem. */
  check(others: readonly Flag[]): Promise<boolean>;
  clear(): void;
}

interface Refused {
  problems: readonly Problem[];
  flag: Flag;
}

export function createRefusals(edited: ReadonlySignal<Flag>): Refusals {
  const rejected = signal<Refused | undefined>(undefined);
  const found = signal<Refused | undefined>(undefined);
  return {
    problems: computed(() =>
      [rejected.value, found.value].flatMap((refused) =>
        refused === undefined ? [] : remainingProblems(refused.problems, refused.flag, edited.value),
      ),
    ),
    reject(problems, sent) {
      rejected.value = { problems, flag: sent };
    },
    async check(others) {
      const flag = edited.peek();
      const problems = await flagProblemsOf(flag, others);
      found.value = { problems, flag };
      return problems.length === 0;
    },
    clear() {
      rejected.value = undefined;
      found.value = undefined;
    },
  };
}
