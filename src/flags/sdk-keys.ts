/** One SDK key, as the edge needs it to authenticate requests. */
export interface SdkKeyRecord {
  kind: "client" | "server";
  /** Hex SHA-256 of the SDK key's secret part. */
  hash: string;
  /** Browser origins that may use a client key; empty if every origin may. */
  origins: string[];
  /** Since when the environment has allowed signed overrides (ms since epoch). Absent if it does not allow them. */
  overridesSince?: number;
}

/** The unrevoked SDK keys of one environment, by id: the field `@keys`. */
export type KeyTable = Record<string, SdkKeyRecord>;
