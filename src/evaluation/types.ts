import type { Draws } from "./draw.ts";
import type { FlagDefinition, FlagDocument, JsonValue } from "../flags/document.ts";

/** The caller's attributes. `targetingKey` is the subject's stable id. */
export type EvaluationContext = { targetingKey?: string } & { [attribute: string]: JsonValue | undefined };

/** Attributes that the worker reads from the request itself, such as `request.country`. A caller cannot set them. */
export type RequestAttributes = { readonly [name: string]: JsonValue | undefined };

/** The input of one request. Flags of one response share it, so that they see the same draws of samples. */
export interface EvaluationInput {
  context: EvaluationContext;
  request: RequestAttributes;
  /** The current time in ms since epoch. */
  now: number;
  /** Returns a uniform random number in [0, 1). Only samples call it. */
  random: () => number;
  /** The draws so far. Evaluation makes and fills it when it reaches the first sample. */
  draws?: Draws | undefined;
}

export type ErrorCode =
  | "FLAG_NOT_FOUND"
  | "PARSE_ERROR"
  | "TYPE_MISMATCH"
  | "TARGETING_KEY_MISSING"
  | "INVALID_CONTEXT"
  | "GENERAL";

/**
 * The result of evaluating one flag. A compiled flag creates each possible resolution once and always returns the
 * same frozen object, so callers can memoise their renderings of it by identity.
 */
export type Resolution =
  | {
      readonly reason: "STATIC" | "TARGETING_MATCH" | "SPLIT" | "DEFAULT";
      readonly variant: string;
      readonly value: JsonValue;
      readonly ruleId?: string;
      /** Set if an override replaced the rules and the default. */
      readonly isOverride?: true;
    }
  | {
      readonly reason: "DISABLED" | "DEFAULT";
      /** Absent if the caller uses its own default. */
      readonly variant?: string;
      readonly value?: JsonValue;
      readonly ruleId?: string;
    }
  | { readonly reason: "ERROR"; readonly errorCode: ErrorCode; readonly errorDetails: string };

/**
 * The executable form of one flag document. It keeps the document as text, which takes a fraction of the memory, and as
 * fields those parts that responses need.
 */
export interface CompiledFlag extends Readonly<Omit<FlagDefinition, "variants">> {
  /** The version of the document. */
  readonly version: number;
  /** The document as JSON. */
  readonly documentText: string;
  /** Parses the document again, for explanations, overrides and the management API. */
  document(): FlagDocument;
  /** Evaluates the flag. Pure and synchronous; never throws. */
  evaluate(input: EvaluationInput): Resolution;
  /**
   * Returns the first instant after `now` (ms since epoch) at which the result may change by itself, or `undefined` if
   * it never does. While a ramp runs, the result may change at any time, so this returns `now`, or `rampStepMs` after
   * it, unless the next instant comes before.
   */
  nextBoundary(now: number, rampStepMs?: number): number | undefined;
  /** Whether the result depends on chance: the flag, or a flag that it refers to, draws a number. */
  readonly isRandom: boolean;
  /** Whether the flag reads a `request.*` attribute. */
  readonly readsRequest: boolean;
  /** Whether the result depends on the age of an instant. `nextBoundary` does not foresee its changes. */
  readonly readsAge: boolean;
}
