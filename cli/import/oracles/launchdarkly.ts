import type * as LaunchDarklySdk from "@launchdarkly/node-server-sdk";
import type * as Integrations from "@launchdarkly/node-server-sdk/integrations";
import { flagOf, readSource } from "../../../sdk/import/systems/launchdarkly/source.ts";
import { type OracleSystem, SILENT } from "./oracle.ts";

type Sdk = Pick<typeof LaunchDarklySdk, "init"> & Pick<typeof Integrations, "TestData">;

export const launchdarkly: OracleSystem = {
  package: "@launchdarkly/node-server-sdk",
  modules: ["@launchdarkly/node-server-sdk/integrations"],
  start: async (sdk, source, { environment }) => {
    const { flags, segments } = readSource(source);
    const client = await startLaunchDarkly(sdk as Sdk, {
      flags: [...flags.values()].map((flag) => flagOf(flag, environment).fields),
      segments: [...segments.values()].map(({ fields }) => fields),
    });
    return {
      evaluate: async (context, keys) => {
        const results = new Map<string, unknown>();
        for (const key of keys) results.set(key, await client.variationDetail(key, context as never, null));
        return results;
      },
      close: () => client.close(),
    };
  },
};

/** Starts LaunchDarkly's SDK over flags and segments. */
export async function startLaunchDarkly(
  { init, TestData }: Sdk,
  { flags, segments }: { flags: readonly object[]; segments: readonly object[] },
): Promise<LaunchDarklySdk.LDClient> {
  const data = new TestData();
  const client = init("sdk-key", { updateProcessor: data.getFactory(), sendEvents: false, logger: SILENT });
  await client.waitForInitialization({ timeout: 10 });
  for (const segment of segments) await data.usePreconfiguredSegment(segment);
  for (const flag of flags) await data.usePreconfiguredFlag(flag);
  return client;
}
