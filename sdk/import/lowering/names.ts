import { keyProblem, RESERVED_NAME } from "../../../src/flags/limits.ts";

/** The longest name, less some room for a number. */
const MAX_LENGTH = 110;

/** Hands out names of variants and rules that differ from each other. */
export class Names {
  readonly #used = new Set<string>();

  /** Returns `wanted` if it is a valid name that is not in use, else a similar one. */
  take(wanted: string): string {
    const isValid = keyProblem(wanted) === undefined && wanted.length <= MAX_LENGTH && wanted !== RESERVED_NAME;
    const base = isValid ? wanted : `_${wanted.replaceAll(/[^A-Za-z0-9._~-]+/g, "-").slice(0, MAX_LENGTH)}`;
    let name = base;
    for (let i = 2; this.#used.has(name); i++) name = `${base}-${i}`;
    this.#used.add(name);
    return name;
  }
}
