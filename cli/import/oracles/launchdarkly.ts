import type * as LaunchDarklySdk from "@launchdarkly/node-server-sdk";
import type * as Integrations from "@launchdarkly/node-server-sdk/integrations";
import { NotImportable } from "../../../sdk/import/lowering/draft.ts";
import type { Placed } from "../../../sdk/import/lowering/source.ts";
import { flagOf, readSource } from "../../../sdk/import/systems/launchdarkly/source.ts";
import { type OracleSystem, SILENT } from "./oracle.ts";

type Sdk = Pick<typeof LaunchDarklySdk, "init"> & Pick<typeof Integrations, "TestData">;

export const launchdarkly: OracleSystem = {
  package: "@launchdarkly/node-server-sdk",
  modules: ["@launchdarkly/node-server-sdk/integrations"],
  start: async (sdk, source, { environment }) => {
    const { flags, segments } = readSource(source);
    const client = await startLaunchDarkly(sdk as Sdk, {
      flags: [...flags.values()].flatMap((flag) => served(flag, environment)),
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

/** Returns a flag in the SDKs' form, or nothing for an archived or deleted one, which SDKs do not receive. */
function served(flag: Placed, environment: string | undefined): object[] {
  try {
    return [flagOf(flag, environment).fields];
  } catch (error) {
    if (error instanceof NotImportable) return [];
    throw error;
  }
}

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
