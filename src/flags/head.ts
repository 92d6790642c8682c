/** Versions of an environment and what changed at each: the currency of the purge protocol. */

/** Field names in an environment's cached hash that are not flag keys (flag keys cannot hold "@"). */
export const HEAD_FIELD = "@head";
export const KEYS_FIELD = "@keys";
export const INDEX_FIELD = "@index";

/** What one version changed: names of fields (flag keys, `@keys`, `@index`), or everything. */
export type Change = [version: number, fields: string[] | "*"];

/** The newest version of an environment and the last changes, oldest first, versions contiguous, ending at `version`. */
export interface Head {
  version: number;
  changes: Change[];
}

/** `@index`: every flag key of the environment, sorted by code unit. */
export type FlagIndex = string[];

/** One SDK key as the edge needs it. */
export interface SdkKeyRecord {
  kind: "client" | "server";
  /** Hex SHA-256 of the key's secret part. */
  hash: string;
  /** Allowed browser origins; empty: any. Client keys only. */
  origins: string[];
  /** Only where the environment allows signed overrides: since when (ms since epoch), as each of them says it. */
  overridesSince?: number;
}

/** `@keys`: key id → record, unrevoked keys of one environment only. */
export type KeyTable = Record<string, SdkKeyRecord>;
