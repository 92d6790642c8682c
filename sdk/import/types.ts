import type { Condition, FlagInput, JsonValue } from "../../src/flags/document.ts";
import type { EvaluationContext, Resolution } from "../../src/evaluation/types.ts";

/** The systems whose flags can be imported. */
export const SYSTEM_NAMES = [
  "configcat",
  "datadog",
  "eppo",
  "featurevisor",
  "flagd",
  "flagsmith",
  "flipt",
  "goff",
  "growthbook",
  "launchdarkly",
  "msfm",
  "posthog",
  "split",
  "unleash",
  "waffle",
] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

/** The systems whose files are documents that must not be joined: each has a namespace of its own. */
export const DOCUMENT_SYSTEMS: ReadonlySet<SystemName> = new Set<SystemName>(["flipt"]);

/** The SDKs that some systems tell apart. Other systems take any name, or none. */
export const SDK_NAMES: Partial<Record<SystemName, readonly string[]>> = {
  growthbook: ["javascript", "utf-8"],
  unleash: ["utf-8", "node"],
};

export interface ImportOptions {
  /** Whether to import flags whose results may differ from the source's. The report marks them. */
  approximate?: boolean;
  /** The SDK that evaluates the flags now. SDKs can differ in the hash of ids outside ASCII, and in conditions. */
  sdk?: string;
  /** The environment to read, if the source contains several. */
  environment?: string;
  /** Settings of the program that evaluates the flags now, under its own names. Only waffle reads them. */
  settings?: Readonly<Record<string, unknown>>;
  /** Names that the code uses, although the source may lack them. Only waffle reads them. */
  usedNames?: { flags?: readonly string[]; switches?: readonly string[]; samples?: readonly string[] };
  /**
   * The version of the source's hash that is in use now, if the source does not say it: of flagd's `fractional`, or of
   * Flipt's distributions.
   */
  hashVersion?: 1 | 2 | 3;
}

/** A segment in the form that `burgee apply` and the management API take. */
export interface ImportedSegment {
  key: string;
  name: string;
  description: string;
  condition: Condition;
}

/** A remark about one place in the source. */
export interface Note {
  /** The JSON pointer of the place in the source. */
  place: string;
  text: string;
}

/**
 * The ways in which a flag or segment can be imported. "exact" and "exact with a note" give the results of the
 * source. "approximate" may differ from them, and is left out unless `approximate` is set.
 */
export const OUTCOMES = ["exact", "exact with a note", "approximate", "not importable"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One line of the report. */
export interface ReportEntry {
  /** "source" is the whole source, which then has no flags that can be read. */
  kind: "flag" | "segment" | "source";
  /** The key of the flag or segment. It is empty if the source has none. */
  key: string;
  outcome: Outcome;
  /** The JSON pointer of the flag or segment in the source. */
  place: string;
  notes: Note[];
}

export interface ImportReport {
  system: SystemName;
  entries: ReportEntry[];
}

export interface ImportedProject {
  flags: FlagInput[];
  segments: ImportedSegment[];
  report: ImportReport;
  /** Returns the evaluation context that an OpenFeature user sends in place of the source's own context. */
  toContext: (context: unknown) => EvaluationContext;
  /** Returns a resolution in the shape of the source's own result. */
  fromResolution: (resolution: Resolution, flagKey: string) => unknown;
}

/** A flag or segment as one system's importer made it, before the checks that all systems share. */
export interface Draft<T> {
  /** `undefined` if it is not importable. */
  item: T | undefined;
  entry: ReportEntry;
}

/** The result of one system's importer. */
export interface DraftProject {
  flags: Draft<FlagInput>[];
  segments: Draft<ImportedSegment>[];
  /** The entries of parts that are neither a flag nor a segment, because they cannot be read. */
  refused?: readonly ReportEntry[];
  toContext: ImportedProject["toContext"];
  /** As `fromResolution`, for a flag of the source. `flag` is `undefined` if the flag was not imported. */
  fromResolution: (resolution: Resolution, flagKey: string) => unknown;
}

export type Importer = (source: unknown, options: ImportOptions) => DraftProject;

export type { Condition, EvaluationContext, FlagInput, JsonValue, Resolution };
