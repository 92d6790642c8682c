/** The flags of an environment, as the list shows them. They stay in memory while the person visits other pages. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { ApiError, allPages } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { environments } from "../environments.ts";
import { type FlagChange, flagsChangedSince } from "../live/changes-since.ts";
import { perEnvironment } from "../live/per-environment.ts";
import type { Resource } from "../resource.ts";
import { client } from "../session.ts";
import { isToggling } from "./flag-changes.ts";
import type { ListedFlag } from "./flag-filter.ts";

/** The flags of the first page, which are a little more than a screen shows, and those of each other page. */
const PAGE = { first: "30", other: "200" };
/** While pages arrive, the list is redrawn after this time at the earliest (ms): sorting and drawing take longer. */
const REDRAW_MS = 400;
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
  /** The versions that the rows show, and the newest ones that were announced, by environment. */
  readonly #versions = new Map<string, number>();
  readonly #wanted = new Map<string, number>();
  /** The environments whose changes are being read. */
  readonly #catchingUp = new Set<string>();
  #turn = 0;

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

  /** Reads all pages. The first time, pages are shown as they arrive. */
  async reload(): Promise<void> {
    const turn = ++this.#turn;
    const isFirst = !this.#isWhole.peek();
    const read: ListedFlag[] = [];
    let drawnAt = -REDRAW_MS;
    let version: number | undefined;
    this.#changed.clear();
    this.#isLoading.value = true;
    // The rows that are read now have the changes that were announced before.
    const atLeast = new Map(this.#wanted);
    for (const { key, version: of } of environments.data.peek() ?? [])
      atLeast.set(key, Math.max(of, atLeast.get(key) ?? 0));
    try {
      await allPages(async (cursor) => {
        const query = { limit: cursor === undefined ? PAGE.first : PAGE.other, cursor, everywhere: "true" };
        const result = await client.call("listFlags", { path: { env: this.environment }, query });
        // Changes between two pages are later than the first one.
        version ??= Number(result.headers.get("x-flags-version"));
        read.push(...(result.body.items as ListedFlag[]));
        const isDue = performance.now() - drawnAt >= REDRAW_MS;
        if (turn === this.#turn && isFirst && isDue) {
          drawnAt = performance.now();
          this.#rows.value = this.#withChanges(read);
        }
        return result;
      });
      if (turn !== this.#turn) return;
      this.#rows.value = this.#withChanges(read);
      this.#isWhole.value = true;
      this.#error.value = undefined;
      for (const [key, of] of atLeast.set(this.environment, version ?? 0)) this.#versions.set(key, of);
      for (const [key, of] of this.#wanted) void this.catchUp(key, of);
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

  /** Shows whether a flag is on in another environment, or that it is not there. Returns whether that is news. */
  showElsewhere(environment: string, key: string, enabled: boolean | undefined): boolean {
    const old = this.#rows.peek()?.find((one) => one.key === key);
    if (old === undefined || old.enabledIn?.[environment] === enabled) return false;
    const { [environment]: _, ...others } = old.enabledIn ?? {};
    const row = { ...old, enabledIn: enabled === undefined ? others : { ...others, [environment]: enabled } };
    if (this.#isLoading.peek()) this.#changed.set(key, row);
    this.#rows.value = (this.#rows.peek() ?? []).map((one) => (one === old ? row : one));
    return true;
  }

  /** Reads the flags that changed up to a version of an environment. All flags, if they are many. */
  async catchUp(environment: string, version: number): Promise<void> {
    this.#wanted.set(environment, Math.max(this.#wanted.get(environment) ?? 0, version));
    if (this.#catchingUp.has(environment) || !this.#isWhole.peek()) return;
    this.#catchingUp.add(environment);
    try {
      for (;;) {
        const [shown, wanted] = [this.#versions.get(environment) ?? 0, this.#wanted.get(environment) ?? 0];
        if (wanted <= shown) break;
        const changes = await flagsChangedSince(environment, shown);
        if (changes === undefined) {
          // It may fail, or end after a later one, which then continues here.
          await this.reload();
          if ((this.#versions.get(environment) ?? 0) <= shown) break;
          continue;
        }
        if (environment === this.environment) await Promise.all(changes.map((change) => this.#read(change)));
        else this.#showChangesElsewhere(environment, changes);
        // Only now, so that a failed read is made again.
        this.#versions.set(environment, Math.max(wanted, this.#versions.get(environment) ?? 0));
      }
    } catch {
      // The next announcement tries again.
    }
    this.#catchingUp.delete(environment);
  }

  /** Asks whether other environments have changed, for those that no stream follows. */
  async lookElsewhere(): Promise<void> {
    if (!this.#isWhole.peek()) return;
    const found = await client.call("listEnvironments").catch(() => undefined);
    const others = (found?.body.items ?? []).filter(({ key }) => key !== this.environment);
    await Promise.all(others.map(({ key, version }) => this.catchUp(key, version)));
  }

  /** Shows in which rows flags were turned on or off, made or deleted in another environment. */
  #showChangesElsewhere(environment: string, changes: readonly FlagChange[]): void {
    const news = changes.filter(
      ({ key, enabled, isDeleted }) =>
        (enabled !== undefined || isDeleted) &&
        !isToggling(environment, key) &&
        this.showElsewhere(environment, key, isDeleted ? undefined : enabled),
    );
    this.#mark(news.map(({ key }) => key));
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

/** Returns the list of an environment: the same one at every visit. */
export const flagListOf = perEnvironment((environment) => new FlagList(environment));
