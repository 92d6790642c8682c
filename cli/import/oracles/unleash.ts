import { once } from "node:events";
import type * as UnleashSdk from "unleash-client";
import { readSource } from "../../../sdk/import/systems/unleash/source.ts";
import { type OracleSystem, resultsOf } from "./oracle.ts";

type Sdk = Pick<typeof UnleashSdk, "InMemStorageProvider" | "Unleash">;

export const unleash: OracleSystem = {
  package: "unleash-client",
  start: async (sdk, source) => {
    const { features, segments } = readSource(source);
    const fieldsOf = (placed: typeof features): object[] => [...placed.values()].map(({ fields }) => fields);
    const client = await startUnleash(sdk as Sdk, fieldsOf(features), fieldsOf(segments));
    return {
      evaluate: (context, keys) =>
        resultsOf(keys, (key) => {
          const { featureEnabled: _, ...variant } = client.getVariant(key, context as never) as object as Variant;
          return variant;
        }),
      close: () => client.destroy(),
    };
  },
};

interface Variant {
  /** The same as `feature_enabled`. */
  featureEnabled?: boolean;
}

/** Starts Unleash's SDK over features and segments. */
export async function startUnleash(
  { Unleash, InMemStorageProvider }: Sdk,
  features: readonly object[],
  segments: readonly object[],
): Promise<UnleashSdk.Unleash> {
  const unleash = new Unleash({
    appName: "burgee",
    url: "http://127.0.0.1:9/",
    refreshInterval: 0,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: features as never, segments: segments as never },
  });
  unleash.on("error", () => {});
  unleash.on("warn", () => {});
  const ready = once(unleash, "ready");
  void unleash.start();
  await ready;
  return unleash;
}
