/** The number of ms in an hour. Counts belong to whole hours since epoch. */
export const HOUR_MS = 3_600_000;

/** A flush that has not ended after this time has died with its request (ms). */
export const MAX_FLUSH_MS = 35_000;

/** Stands for the flag of evaluations for which there was no room. No flag has this key. */
export const OTHER_FLAGS = "*";

/** The longest time for which a batch is sent again (ms). Both sinks remember it for longer. */
export const RETRY_MS = 12 * HOUR_MS;

/**
 * One count of evaluations, as both sinks take it. An empty flag counts nothing, and only says when the key was used.
 */
export type CountRow = [
  environment: string,
  /** Whole hours since epoch. */
  hour: number,
  flag: string,
  /** Empty if the caller's default or an error was served. */
  variant: string,
  /** The rule's id; empty for the default, the off variant and errors. */
  rule: string,
  /** The SDK key's id; empty for a service binding. */
  key: string,
  requested: number,
  used: number,
  /** When it was last requested and used (ms since epoch; 0 for never). */
  requestedAt: number,
  usedAt: number,
];

/** Counts that are added once, however often they are sent. */
export interface UsageBatch {
  /** The sender: an isolate, or a process and its report. */
  sender: string;
  /** The sender's batches in order, from 1. It sends the next one when the last has been accepted. */
  sequence: number;
  /** Whether it may have arrived before. */
  isRepeated: boolean;
  counts: readonly CountRow[];
}

/** Where counts go. */
export interface UsageSink {
  /**
   * Adds a batch. Returns false if it cannot be told whether the batch was added before; then it is not added.
   * @throws if the sink does not respond; the caller sends the same batch again
   */
  add(batch: UsageBatch): Promise<boolean>;
}
