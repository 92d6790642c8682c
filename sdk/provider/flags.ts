import { type Context, type Details, failed } from "../../src/evaluation/details.ts";
import type { CompiledFlag } from "../../src/evaluation/types.ts";
import type { JsonValue } from "../../src/flags/document.ts";
import { checkWholeDefinitions, type Definitions, textOf } from "./definition-set.ts";
import { Edge } from "./edge.ts";
import { Emitter } from "./emitter.ts";
import { readDefinitions, writeDefinitions } from "./file.ts";
import { Follower } from "./follower.ts";
import { linkedTo } from "./linked-signal.ts";
import { type FlagsOptions, type ResolvedOptions, resolveOptions } from "./options.ts";
import { ProcessInput, resolve, type Exposing, type Sources, type Surroundings, valueOf } from "./resolve.ts";
import { UsageReporter } from "./usage-reporter.ts";

/**
 * `starting` until there are flags, `ready` while the deployment responds, `stale` while the last known flags are in
 * use, `failed` if there are none, and `closed`.
 */
export type FlagsStatus = "starting" | "ready" | "stale" | "failed" | "closed";

/** The events of {@link Flags}, and the arguments of their listeners. */
export interface FlagsEvents extends Record<string, unknown> {
  /** The flags of these keys changed, came or went. */
  change: string[];
  /** The deployment responds, for the first time or again. */
  ready: undefined;
  /** The deployment does not respond; the last known flags stay in use. */
  stale: Error;
  /** There are no flags at all, or a file cannot be read or written. */
  error: Error;
}

const EMPTY: ReadonlyMap<string, CompiledFlag> = new Map();

/**
 * The flags of one environment, evaluated in this process: a call reads memory only. The flags follow the deployment.
 *
 * @example
 * const flags = await startFlags({ url: "https://flags.example.com", key: process.env.BURGEE_KEY });
 * if (flags.boolean("checkout", false, { targetingKey: "user-1" })) showCheckout();
 */
export class Flags {
  readonly #options: ResolvedOptions;
  readonly #sources: Sources;
  readonly #surroundings: Surroundings;
  /** The same if exposures are reported. */
  readonly #exposing: Exposing | undefined;
  /** The sources of an evaluation of all flags, which counts in another way. */
  readonly #bulkSources: Sources;
  readonly #usage: UsageReporter;
  readonly #follower: Follower;
  readonly #closing = new AbortController();
  readonly #emitter = new Emitter<FlagsEvents>();
  #status: FlagsStatus = "starting";
  #flags = EMPTY;
  #started: Promise<void> | undefined;
  #lastError: Error | undefined;
  #writing: Promise<void> | undefined;
  #mustWrite = false;

  /** @throws TypeError an option is not usable; names it */
  constructor(options: FlagsOptions) {
    this.#options = resolveOptions(options);
    const { url, key, fetch, requestTimeoutMs: timeoutMs, pollMs, clock, random, environment } = this.#options;
    const edge = new Edge({ url, key, fetch, timeoutMs, clock }, environment);
    const send = (body: string, signal: AbortSignal) => edge.report(body, signal);
    const usage = new UsageReporter({ send, everyMs: this.#options.usageReportMs, clock, random });
    this.#usage = usage;
    this.#sources = { now: clock.now, random, onEvaluated: (flag, result) => usage.count(flag, result, "used") };
    this.#bulkSources = { ...this.#sources, onEvaluated: (flag, result) => usage.count(flag, result, "requested") };
    const { exposures } = this.#options;
    this.#surroundings = { environment, exposures };
    this.#exposing = exposures === undefined ? undefined : { environment, exposures };
    this.#follower = new Follower({
      edge,
      environment,
      pollMs,
      clock,
      random,
      closing: this.#closing.signal,
      events: {
        onFlags: (changed) => this.#replaced(changed),
        onFresh: () => this.#become("ready"),
        onFailure: (error) => this.#failed(error),
      },
    });
  }

  /** The state of the flags. */
  get status(): FlagsStatus {
    return this.#status;
  }

  /** The version of the environment that the flags belong to; 0 if there are none. */
  get version(): number {
    return this.#follower.set?.version ?? 0;
  }

  /** The keys of all flags. */
  get keys(): string[] {
    return [...this.#flags.keys()];
  }

  /**
   * Gets the flags, and follows their changes until {@link close}. Calls after the first return the same promise.
   * @throws Error there are no flags: neither the deployment nor a file has them. The attempts continue until a close.
   */
  start(): Promise<void> {
    if (this.#closing.signal.aborted) return this.#start();
    return (this.#started ??= this.#start());
  }

  /** Returns a boolean flag's value, or the default if the flag has none for the caller. Never throws. */
  boolean(key: string, fallback: boolean, context: Context = {}): boolean {
    return this.#value(key, fallback, context);
  }

  /** As {@link boolean}, for a string flag. */
  string(key: string, fallback: string, context: Context = {}): string {
    return this.#value(key, fallback, context);
  }

  /** As {@link boolean}, for an integer or float flag. */
  number(key: string, fallback: number, context: Context = {}): number {
    return this.#value(key, fallback, context);
  }

  /** As {@link boolean}, for an object or json flag. The value is shared: do not change it. */
  object<T extends JsonValue>(key: string, fallback: T, context: Context = {}): T {
    return this.#value(key, fallback, context);
  }

  /** Returns a flag's value with its variant, reason and error, as OpenFeature defines them. Never throws. */
  details<T extends JsonValue>(key: string, fallback: T, context: Context = {}): Details<T> {
    if (this.#flags === EMPTY) {
      const reason = this.#lastError === undefined ? "" : `: ${this.#lastError.message}`;
      return failed(fallback, "PROVIDER_NOT_READY", `there are no flags yet${reason}`);
    }
    const input = new ProcessInput(context, this.#sources);
    return resolve(this.#flags.get(key), key, fallback, input, this.#surroundings);
  }

  /** Evaluates every flag. `null` is the value of a flag that has none for the caller. Reports no exposure. */
  all(context: Context = {}): Record<string, JsonValue> {
    const input = new ProcessInput(context, this.#bulkSources);
    const values: Record<string, JsonValue> = {};
    for (const [key, flag] of this.#flags) values[key] = valueOf(flag, null, input);
    return values;
  }

  /** Calls a listener at each event. Returns a function that removes it. */
  on<Name extends keyof FlagsEvents>(name: Name, listener: (detail: FlagsEvents[Name]) => void): () => void {
    return this.#emitter.on(name, listener);
  }

  /** Stops following changes, ends the stream, and reports the last evaluations. The flags stay as they are. */
  async close(): Promise<void> {
    this.#status = "closed";
    this.#closing.abort();
    await Promise.all([this.#writing, this.#usage.close()]);
  }

  #value<T extends JsonValue>(key: string, fallback: T, context: Context): T {
    return valueOf(this.#flags.get(key), fallback, new ProcessInput(context, this.#sources), this.#exposing);
  }

  async #start(): Promise<void> {
    const { clock, startTimeoutMs } = this.#options;
    this.#expectOpen();
    const { controller, release } = linkedTo(this.#closing.signal);
    const first = this.#follower.refresh();
    void this.#follower.run();
    void this.#usage.run(this.#closing.signal);
    const isFresh = await Promise.race([first, clock.sleep(startTimeoutMs, controller.signal).then(() => false)]);
    release();
    if (isFresh) return;
    this.#expectOpen();
    this.#lastError ??= new Error(`the deployment did not respond within ${startTimeoutMs} ms`);
    if (this.#flags === EMPTY) await this.#startFromFiles();
    this.#expectOpen();
    if (this.#flags !== EMPTY) return this.#become("stale", this.#lastError);
    this.#become("failed", this.#lastError);
    throw this.#lastError;
  }

  #expectOpen(): void {
    if (this.#closing.signal.aborted) throw new Error("the flags are closed; call startFlags again");
  }

  /** Uses the newer of the file and the bootstrap. */
  async #startFromFiles(): Promise<void> {
    const { file, bootstrap, environment } = this.#options;
    const found: Definitions[] = [];
    for (const source of [file, bootstrap]) {
      if (source === undefined) continue;
      try {
        const value = typeof source === "string" ? await readDefinitions(source) : source;
        if (value !== undefined) found.push(checkWholeDefinitions(value, environment));
        // The first start finds no file of last known flags, but a bootstrap must exist.
        else if (typeof source === "string" && source === bootstrap) throw new Error(`there is no file ${source}`);
      } catch (error) {
        this.#lastError = error as Error;
        this.#emitter.emit("error", error as Error);
      }
    }
    const newest = found.toSorted((a, b) => b.version - a.version)[0];
    if (newest !== undefined && this.#flags === EMPTY) await this.#follower.begin(newest);
  }

  #replaced(changed: string[]): void {
    const isFirst = this.#flags === EMPTY;
    this.#flags = this.#follower.set?.flags ?? EMPTY;
    if (!isFirst && changed.length > 0) this.#emitter.emit("change", changed);
    this.#writeFile();
  }

  #failed(error: Error): void {
    this.#lastError = error;
    if (this.#status !== "starting") this.#become(this.#flags === EMPTY ? "failed" : "stale", error);
  }

  #become(status: "ready" | "stale" | "failed", error?: Error): void {
    if (this.#status === "closed" || this.#status === status) return;
    this.#status = status;
    if (status === "ready") {
      this.#lastError = undefined;
      this.#emitter.emit("ready", undefined);
    } else this.#emitter.emit(status === "failed" ? "error" : status, error as Error);
  }

  /** Writes the newest flags. Changes during a write cause one more. */
  #writeFile(): void {
    const { file } = this.#options;
    if (file === undefined || !this.#follower.isFromEdge) return;
    this.#mustWrite = true;
    this.#writing ??= this.#write(file).finally(() => (this.#writing = undefined));
  }

  async #write(file: string): Promise<void> {
    while (this.#mustWrite) {
      this.#mustWrite = false;
      try {
        await writeDefinitions(file, textOf(this.#follower.set!));
      } catch (error) {
        this.#emitter.emit("error", error as Error);
      }
    }
  }
}

/** Makes {@link Flags} and starts them. @throws Error there are no flags; TypeError an option is not usable */
export async function startFlags(options: FlagsOptions): Promise<Flags> {
  const flags = new Flags(options);
  try {
    await flags.start();
  } catch (error) {
    await flags.close();
    throw error;
  }
  return flags;
}
