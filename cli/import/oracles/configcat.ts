import type * as ConfigCatSdk from "@configcat/sdk";
import { type OracleSystem, resultsOf } from "./oracle.ts";

type Sdk = Pick<typeof ConfigCatSdk, "createConsoleLogger" | "getClient" | "LogLevel" | "PollingMode">;

export const configcat: OracleSystem = {
  package: "@configcat/sdk",
  start: async (sdk, source) => {
    const client = await startConfigCat(sdk as Sdk, source as object);
    const snapshot = client.snapshot();
    return {
      evaluate: (context, keys) =>
        resultsOf(keys, (key) => snapshot.getValue<string | null>(key, null, context as never)),
      close: () => client.dispose(),
    };
  },
};

/** Starts ConfigCat's SDK over a config JSON. */
export async function startConfigCat(
  { createConsoleLogger, getClient, LogLevel, PollingMode }: Sdk,
  config: object,
): Promise<ConfigCatSdk.IConfigCatClient> {
  const stored = ["1800000000000", "etag", JSON.stringify(config)].join("\n");
  const key = "configcat-sdk-1/1234567890123456789012/1234567890123456789012";
  const client = getClient(key, PollingMode.ManualPoll, {
    offline: true,
    cache: { get: () => stored, set: () => {} },
    logger: createConsoleLogger(LogLevel.Off),
  });
  await client.forceRefreshAsync();
  return client;
}
