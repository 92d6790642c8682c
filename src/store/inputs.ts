/** The inputs of writes: the contents, who writes them, and the conditions under which the write may happen. */
import type { Condition, FlagConfiguration, FlagDefinition, JsonValue, Lifetime } from "../flags/document.ts";
import type { AdminRole } from "../ops/token.ts";

/** The author of a write, for the audit. */
export interface Writer {
  actor: string;
  /** Why the change is made. */
  note?: string | undefined;
}

export interface WriteOptions extends Writer {
  /** The tag of the flag's definition that the caller has seen. ConflictError if the flag has changed since. */
  expectedDefinition?: string | undefined;
}

/** The state in which a write must find its document. ConflictError if it finds another. */
export interface DocumentGuard extends WriteOptions {
  /** The version of the document that the caller has seen (If-Match). */
  expectedVersion?: number | undefined;
  mustNotExist?: boolean | undefined;
}

/** The fields of a flag that people read. A field that is left out keeps its value. */
export interface FlagNotes {
  description?: string | undefined;
  tags?: string[] | undefined;
  owner?: string | null | undefined;
  fallback?: JsonValue | undefined;
  jsonSchema?: Record<string, JsonValue> | null | undefined;
  lifetime?: Lifetime | null | undefined;
  /** Given without a lifetime, it makes the flag temporary. */
  expiresAt?: string | null | undefined;
}

export interface DefinitionWrite extends FlagNotes {
  definition: FlagDefinition;
}

/** A flag in one environment: its definition and that environment's configuration. */
export interface FlagWrite extends DefinitionWrite {
  configuration: FlagConfiguration;
}

export interface SegmentWrite {
  key: string;
  /** If it is left out, the name stays; a new segment is named by its key. */
  name?: string | undefined;
  description?: string | undefined;
  condition: Condition;
}

/** Flags and segments that are written together, as one version of their environment. */
export interface ProjectWrite {
  flags: readonly FlagWrite[];
  segments: readonly SegmentWrite[];
}

export interface ProjectOptions extends WriteOptions {
  /** The version of the environment that the caller has seen. ConflictError if anything in it has changed since. */
  expectedVersion?: number | undefined;
  /** Also deletes the flags and segments of the environment that the project does not contain. */
  isWhole?: boolean;
}

export interface EnvironmentWrite {
  key: string;
  name: string;
  /** The environment from which the new one copies its segments and configurations. SDK keys are never copied. */
  copyFrom?: string | undefined;
}

export interface EnvironmentPatch {
  name?: string | undefined;
  /** `false` ends every existing override; `true` does not bring them back. */
  overridesAllowed?: boolean | undefined;
  /** Whether each write through the API needs a note. */
  requiresNote?: boolean | undefined;
}

/** An SDK key that the caller has minted (ops/token.ts). The store never sees its secret. */
export interface SdkKeyWrite {
  id: string;
  kind: "client" | "server";
  name: string;
  secretHash: string;
  /** The browser origins that may use a client key; empty if every origin may. */
  origins: string[];
}

/** An admin token without its secret. */
export interface AdminToken {
  id: string;
  role: AdminRole;
  name: string;
  secretHash: string;
  /** The environments that the token may use; `null` for all. */
  environments?: string[] | null | undefined;
  /** ISO 8601; `null` if the token never expires. */
  expiresAt?: string | null | undefined;
}
