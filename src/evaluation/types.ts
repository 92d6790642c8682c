import type { FlagDocument, JsonValue } from "../flags/document.ts";

/** The caller's attributes. `targetingKey` is the stable subject id. */
export type EvaluationContext = { targetingKey?: string } & { [attribute: string]: JsonValue | undefined };

/** Attributes that the worker reads from the request itself (`request.country` …); a caller can never set them. */
export type RequestAttributes = { readonly [name: string]: JsonValue | undefined };

export interface EvaluationInput {
  context: EvaluationContext;
  request: RequestAttributes;
  /** ms since epoch. */
  now: number;
  /** Uniform in [0, 1): drawn per call by samples only. */
  random: () => number;
}

export type ErrorCode =
  | "FLAG_NOT_FOUND"
  | "PARSE_ERROR"
  | "TYPE_MISMATCH"
  | "TARGETING_KEY_MISSING"
  | "INVALID_CONTEXT"
  | "GENERAL";

/**
 * The answer for one flag. A compiled flag makes each of its possible resolutions once and hands the
 * same frozen object out every time, so identity can be used to memoise what is rendered from it.
 */
export type Resolution =
  | {
      readonly reason: "STATIC" | "TARGETING_MATCH" | "SPLIT" | "DEFAULT";
      readonly variant: string;
      readonly value: JsonValue;
      readonly ruleId?: string;
      /** An override has taken the place of rules and default. */
      readonly isOverride?: true;
    }
  | {
      readonly reason: "DISABLED" | "DEFAULT";
      /** Absent: the caller's own default. */
      readonly variant?: string;
      readonly value?: JsonValue;
      readonly ruleId?: undefined;
    }
  | { readonly reason: "ERROR"; readonly errorCode: ErrorCode; readonly errorDetails: string };

/** Executable form of one flag document. */
export interface CompiledFlag {
  readonly document: FlagDocument;
  /** Pure, synchronous, never throws. */
  evaluate(input: EvaluationInput): Resolution;
  /** First instant after `now` (ms) at which an answer may change by itself; undefined: never. A running ramp answers `now`. */
  nextBoundary(now: number): number | undefined;
  /** True when the answer depends on chance (a sample somewhere in it). */
  readonly isRandom: boolean;
  /** True when any `request.*` attribute is read. */
  readonly readsRequest: boolean;
}
