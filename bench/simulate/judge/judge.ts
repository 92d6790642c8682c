import type { FlagSet } from "../../../src/delivery/read/flag-set.ts";
import type { SourceResult } from "../../../src/delivery/read/source-result.ts";
import type { CompiledFlag, EvaluationInput } from "../../../src/evaluation/types.ts";
import type { Propagation } from "./propagation.ts";
import type { Truth } from "./truth.ts";

/** How many faults are described. */
const MAX_DESCRIBED = 20;

/** One request, as the judge has to know it. */
export interface Asked {
  dataCentre: number;
  isolate: string;
  /** The highest version among the isolate's responses before this request. */
  seen: number;
  /** ms since epoch. */
  at: number;
}

export interface JudgeOptions {
  truth: Truth;
  propagation: Propagation;
  /** A served value may have been replaced at most this long ago (ms). */
  allowedMs: number;
  startAt: number;
  input: EvaluationInput;
}

/** The judge's findings. */
export interface Findings {
  responses: number;
  /** Responses by their source. */
  byTier: Record<string, number>;
  /** Responses for which the isolate waited for nothing. */
  warm: number;
  markedStale: number;
  /** Responses that are not those of the version they claim, or older than an earlier one of the same isolate. */
  wrong: number;
  /** Responses with a value that was replaced longer ago than the contract allows. */
  tooOld: number;
  /** The greatest time since a served value was replaced (ms). */
  oldestMs: number;
  /** Requests that got no value, by error. */
  refused: Record<string, number>;
  /** The first of the wrong and too old responses, and of the refused requests. */
  described: string[];
}

/** Compares every response with the truth. */
export class Judge {
  readonly #options: JudgeOptions;
  readonly findings: Findings = {
    responses: 0,
    byTier: {},
    warm: 0,
    markedStale: 0,
    wrong: 0,
    tooOld: 0,
    oldestMs: 0,
    refused: {},
    described: [],
  };

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  flag(asked: Asked, key: string, result: SourceResult<CompiledFlag | null> | undefined): void {
    if (this.#accept(asked, result)) this.#value(asked, key, this.#evaluate(result.value), result);
  }

  all(asked: Asked, result: SourceResult<FlagSet> | undefined): void {
    if (!this.#accept(asked, result)) return;
    const { all } = result.value;
    for (const flag of all) this.#value(asked, flag.key, this.#evaluate(flag), result);
    const expected = this.#options.truth.countAt(result.version);
    if (all.length !== expected && !result.isStale) this.#wrong(asked, `has ${all.length} flags, not ${expected}`);
  }

  refused(asked: Asked, error: unknown): void {
    const { refused } = this.findings;
    const name = error instanceof Error ? error.name : "unknown";
    refused[name] = (refused[name] ?? 0) + 1;
    this.#describe(asked, `is refused: ${String(error)}`);
  }

  #accept<V>(asked: Asked, result: SourceResult<V> | undefined): result is SourceResult<V> {
    if (result === undefined) {
      this.refused(asked, new Error("the environment is unknown"));
      return false;
    }
    const { findings } = this;
    const { truth, propagation } = this.#options;
    findings.responses += 1;
    findings.byTier[result.tier] = (findings.byTier[result.tier] ?? 0) + 1;
    if (result.isStale) findings.markedStale += 1;
    else if (result.version < asked.seen) this.#wrong(asked, `goes back from ${asked.seen} to ${result.version}`);
    if (result.version > truth.newest) this.#wrong(asked, `claims version ${result.version}, which does not exist`);
    propagation.record(asked.dataCentre, result.version, this.#newestAt(asked.at), asked.at, (version) =>
      truth.committedAt(version),
    );
    return true;
  }

  #value(asked: Asked, key: string, value: number | null, { version, isStale }: SourceResult<unknown>): void {
    const { truth, allowedMs } = this.#options;
    const isRight = truth.valueAt(key, version) === value || (isStale && truth.hadSince(key, version, value));
    if (!isRight)
      this.#wrong(asked, `has ${key} = ${value}, not ${truth.valueAt(key, version)}, at version ${version}`);
    const ageMs = asked.at - truth.replacedAt(key, version);
    if (ageMs <= 0 || isStale) return;
    this.findings.oldestMs = Math.max(this.findings.oldestMs, ageMs);
    if (ageMs <= allowedMs) return;
    this.findings.tooOld += 1;
    this.#describe(
      asked,
      `has a value of ${key} that was replaced ${Math.round(ageMs)} ms before (version ${version})`,
    );
  }

  #newestAt(time: number): number {
    const { truth } = this.#options;
    let { newest } = truth;
    while (newest > 0 && truth.committedAt(newest) > time) newest -= 1;
    return newest;
  }

  #evaluate(flag: CompiledFlag | null): number | null {
    const resolution = flag?.evaluate(this.#options.input);
    return resolution === undefined || resolution.reason === "ERROR" ? null : (resolution.value as number);
  }

  #wrong(asked: Asked, what: string): void {
    this.findings.wrong += 1;
    this.#describe(asked, what);
  }

  #describe({ at, dataCentre, isolate }: Asked, what: string): void {
    if (this.findings.described.length >= MAX_DESCRIBED) return;
    const seconds = ((at - this.#options.startAt) / 1000).toFixed(3);
    this.findings.described.push(`${seconds} s, data centre ${dataCentre}, isolate ${isolate}: ${what}`);
  }
}
