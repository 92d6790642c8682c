/** One SDK key, as the edge needs it to authenticate requests. */
export interface SdkKeyRecord {
  kind: "client" | "server";
  /** Hex SHA-256 of the SDK key's secret part. */
  hash: string;
  /** Browser origins that may use a client key; empty if every origin may. */
  origins: string[];
  /** The time since which the environment has allowed signed overrides (ms since epoch); absent if it does not. */
  overridesSince?: number;
}

/** The unrevoked SDK keys of one environment, by id: the field `@keys`. */
export type KeyTable = Record<string, SdkKeyRecord>;
