/** The flags of an environment, as the list shows them. They stay in memory while the person visits other pages. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { ApiError, allPages } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { environments } from "../environments.ts";
import { type FlagChange, flagsChangedSince } from "../live/changes-since.ts";
import type { Resource } from "../resource.ts";
import { client, isInterrupted, isSignedIn } from "../session.ts";
import { isToggling } from "./flag-changes.ts";
import type { ListedFlag } from "./flag-filter.ts";

/** How long a row stays marked after somebody else changed it (ms). */
const MARKED_MS = 4000;

type Rows = readonly ListedFlag[];

export class FlagList implements Resource<Rows> {
  readonly environment: string;
  readonly #rows = signal<Rows | undefined>(undefined);
  readonly #error = signal<Error | undefined>(undefined);
  readonly #isLoading = signal(false);
  readonly #isWhole = signal(false);
  readonly #marked = signal<ReadonlySet<string>>(new Set());
  /** The rows that changed while pages were loading. */
  readonly #changed = new Map<string, ListedFlag | undefined>();
  /** The versions that the rows show, by environment. */
  readonly #versions = new Map<string, number>();
  #turn = 0;
  #wanted = 0;
  #isCatchingUp = false;

  constructor(environment: string) {
    this.environment = environment;
  }

  readonly data: ReadonlySignal<Rows | undefined> = computed(() => this.#rows.value);
  readonly error: ReadonlySignal<Error | undefined> = computed(() => this.#error.value);
  readonly isLoading: ReadonlySignal<boolean> = computed(() => this.#isLoading.value);
  /** Whether all flags have loaded. */
  readonly isWhole: ReadonlySignal<boolean> = computed(() => this.#isWhole.value);
  /** The keys of the flags that somebody else has just changed. */
  readonly marked: ReadonlySignal<ReadonlySet<string>> = computed(() => this.#marked.value);

  /** Reads all pages. At first, each page is shown when it arrives. */
  async reload(): Promise<void> {
    const turn = ++this.#turn;
    const isFirst = !this.#isWhole.peek();
    const read: ListedFlag[] = [];
    let version: number | undefined;
    this.#changed.clear();
    this.#isLoading.value = true;
    for (const { key, version: of } of environments.data.peek() ?? []) this.#versions.set(key, of);
    try {
      await allPages(async (cursor) => {
        // A short first page is on the screen sooner.
        const query = { limit: cursor === undefined ? "50" : "200", cursor, everywhere: "true" };
        const result = await client.call("listFlags", { path: { env: this.environment }, query });
        // Changes between two pages are later than the first one.
        version ??= Number(result.headers.get("x-flags-version"));
        read.push(...(result.body.items as ListedFlag[]));
        if (turn === this.#turn && isFirst) this.#rows.value = this.#withChanges(read);
        return result;
      });
      if (turn !== this.#turn) return;
      this.#rows.value = this.#withChanges(read);
      this.#isWhole.value = true;
      this.#error.value = undefined;
      this.#versions.set(this.environment, version ?? 0);
      void this.catchUp(this.#wanted);
    } catch (thrown) {
      if (turn === this.#turn) this.#error.value = thrown instanceof Error ? thrown : new Error(String(thrown));
    } finally {
      if (turn === this.#turn) this.#isLoading.value = false;
    }
  }

  set(rows: Rows): void {
    this.#rows.value = rows;
  }

  /** Shows a flag as it is now in this environment, or removes it. */
  show(key: string, flag: Omit<Flag, "state"> | undefined): void {
    const rows = this.#rows.peek() ?? [];
    const old = rows.find((one) => one.key === key);
    const row = flag === undefined ? undefined : this.#rowOf(flag, old);
    if (this.#isLoading.peek()) this.#changed.set(key, row);
    if (row === undefined) this.#rows.value = rows.filter((one) => one.key !== key);
    else if (old === undefined) this.#rows.value = [...rows, row];
    else this.#rows.value = rows.map((one) => (one === old ? row : one));
  }

  /** Shows whether a flag is on in another environment. Returns whether that is news. */
  showElsewhere(environment: string, key: string, enabled: boolean): boolean {
    const old = this.#rows.peek()?.find((one) => one.key === key);
    if (old === undefined || old.enabledIn?.[environment] === enabled) return false;
    const row = { ...old, enabledIn: { ...old.enabledIn, [environment]: enabled } };
    if (this.#isLoading.peek()) this.#changed.set(key, row);
    this.#rows.value = (this.#rows.peek() ?? []).map((one) => (one === old ? row : one));
    return true;
  }

  /** Reads the flags that changed up to a version of this environment. All of them, if they are many. */
  async catchUp(version: number): Promise<void> {
    this.#wanted = Math.max(this.#wanted, version);
    if (this.#isCatchingUp || !this.#isWhole.peek()) return;
    this.#isCatchingUp = true;
    try {
      for (;;) {
        const [shown, wanted] = [this.#versions.get(this.environment) ?? 0, this.#wanted];
        if (wanted <= shown) break;
        const changes = await flagsChangedSince(this.environment, shown);
        this.#versions.set(this.environment, wanted);
        if (changes === undefined) void this.reload();
        else await Promise.all(changes.map((change) => this.#read(change)));
      }
    } catch {
      // The next announcement tries again.
    }
    this.#isCatchingUp = false;
  }

  /** Reads in which other environments flags were turned on or off since. */
  async lookElsewhere(): Promise<void> {
    if (!this.#isWhole.peek()) return;
    const found = await client.call("listEnvironments").catch(() => undefined);
    for (const { key, version } of found?.body.items ?? []) {
      const shown = this.#versions.get(key);
      if (key === this.environment || shown === version) continue;
      const changes = await flagsChangedSince(key, shown ?? version).catch(() => []);
      if (changes === undefined) return void this.reload();
      this.#versions.set(key, version);
      const changed = changes.filter(
        (change) => change.enabled !== undefined && this.showElsewhere(key, change.key, change.enabled),
      );
      this.#mark(changed.map((change) => change.key));
    }
  }

  async #read({ key, isDeleted, version }: FlagChange): Promise<void> {
    const old = this.#rows.peek()?.find((one) => one.key === key);
    // The response to the person's own change is later than this one, or conflicts with it.
    if ((old?.version ?? 0) >= version || isToggling(this.environment, key)) return;
    const flag = isDeleted ? undefined : await readFlag(this.environment, key);
    if (isToggling(this.environment, key)) return;
    this.show(key, flag);
    this.#mark([key]);
  }

  #mark(keys: readonly string[]): void {
    if (keys.length === 0) return;
    this.#marked.value = new Set([...this.#marked.peek(), ...keys]);
    setTimeout(() => {
      this.#marked.value = new Set([...this.#marked.peek()].filter((key) => !keys.includes(key)));
    }, MARKED_MS);
  }

  /** A read of one flag, and a write, return neither its state, nor its use, nor other environments. */
  #rowOf(flag: Omit<Flag, "state">, old: ListedFlag | undefined): ListedFlag {
    const { state, enabledIn, lastEvaluatedAt = null } = old ?? {};
    const known = { lastEvaluatedAt, ...flag, enabledIn: { ...enabledIn, [this.environment]: flag.enabled } };
    return state === undefined ? known : { ...known, state };
  }

  #withChanges(read: Rows): Rows {
    if (this.#changed.size === 0) return [...read];
    return read.flatMap((row) => {
      const changed = this.#changed.has(row.key) ? this.#changed.get(row.key) : row;
      return changed === undefined ? [] : [changed];
    });
  }
}

/** Returns `undefined` if the environment does not have the flag. */
async function readFlag(environment: string, key: string): Promise<Omit<Flag, "state"> | undefined> {
  try {
    return (await client.call("getFlag", { path: { env: environment, key } })).body;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** The flag without what only lists have, as writes accept it. */
export function flagOfRow({ enabledIn: __, state: ___, ...flag }: ListedFlag): Flag {
  return flag;
}

const lists = new Map<string, FlagList>();

effect(() => {
  // Another person may sign in next.
  if (!isSignedIn.value && !isInterrupted.value) lists.clear();
});

/** Returns the list of an environment: the same one at every visit. */
export function flagListOf(environment: string): FlagList {
  const list = lists.get(environment) ?? new FlagList(environment);
  lists.set(environment, list);
  return list;
}
