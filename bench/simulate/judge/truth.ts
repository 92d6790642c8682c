/** The value of each flag at each version, recorded when the change commits. */
export class Truth {
  /** The changes of each flag, oldest first. `null` if the flag does not exist after it. */
  readonly #flags = new Map<string, { version: number; value: number | null }[]>();
  /** When each version was committed (ms since epoch). */
  readonly #committedAt: number[];
  /** How many flags exist at each version. */
  readonly #counts: number[];

  /** `version` is that of the empty environment. */
  constructor(version: number) {
    this.#committedAt = Array.from({ length: version + 1 }, () => 0);
    this.#counts = [...this.#committedAt];
  }

  get newest(): number {
    return this.#committedAt.length - 1;
  }

  committedAt(version: number): number {
    return this.#committedAt[version] ?? Number.POSITIVE_INFINITY;
  }

  countAt(version: number): number {
    return this.#counts[version] ?? -1;
  }

  /** Records the values after the commit of the next version. */
  record(values: ReadonlyMap<string, number>, now: number): void {
    this.#committedAt.push(now);
    this.#counts.push(values.size);
    const version = this.newest;
    for (const [key, value] of values) {
      const changes = this.#flags.get(key);
      if (changes === undefined) this.#flags.set(key, [{ version, value }]);
      else if (changes.at(-1)?.value !== value) changes.push({ version, value });
    }
    for (const [key, changes] of this.#flags) {
      if (!values.has(key) && changes.at(-1)?.value !== null) changes.push({ version, value: null });
    }
  }

  /** Returns the flag's value at a version; `null` if there was no such flag. */
  valueAt(key: string, version: number): number | null {
    const changes = this.#flags.get(key);
    if (changes === undefined) return null;
    for (let i = changes.length - 1; i >= 0; i--) if (changes[i]!.version <= version) return changes[i]!.value;
    return null;
  }

  /** Returns when the flag's value of a version was replaced (ms since epoch); infinity if it is current. */
  replacedAt(key: string, version: number): number {
    const changes = this.#flags.get(key);
    if (changes === undefined) return Number.POSITIVE_INFINITY;
    let replacedBy = Number.POSITIVE_INFINITY;
    for (let i = changes.length - 1; i >= 0 && changes[i]!.version > version; i--) replacedBy = changes[i]!.version;
    return this.committedAt(replacedBy);
  }

  /** Whether the flag had this value at the version or at a later one. */
  hadSince(key: string, version: number, value: number | null): boolean {
    if (this.valueAt(key, version) === value) return true;
    const changes = this.#flags.get(key) ?? [];
    return changes.some((change) => change.version > version && change.value === value);
  }
}
