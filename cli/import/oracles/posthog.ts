import type * as PostHogSdk from "posthog-node";
import { fieldsOf, textOf } from "../../../sdk/import/lowering/source.ts";
import type { OracleSystem } from "./oracle.ts";

type Sdk = Pick<typeof PostHogSdk, "PostHog">;

export const posthog: OracleSystem = {
  package: "posthog-node",
  start: async (sdk, source) => {
    const client = await startPostHog(sdk as Sdk, source as object);
    return {
      evaluate: async (context, keys) => {
        const { distinctId, personProperties, groups, groupProperties } = fieldsOf(context);
        const values = await client.getAllFlags(textOf(distinctId) ?? "", {
          flagKeys: [...keys],
          onlyEvaluateLocally: true,
          groups: fieldsOf(groups) as never,
          personProperties: fieldsOf(personProperties) as never,
          groupProperties: fieldsOf(groupProperties) as never,
        });
        return new Map(Object.entries(values));
      },
      close: () => client.shutdown(1),
    };
  },
};

/** Starts PostHog's local evaluation over definitions. */
export async function startPostHog({ PostHog }: Sdk, source: object): Promise<PostHogSdk.PostHog> {
  const { flags, group_type_mapping: groupTypeMapping, cohorts } = fieldsOf(source);
  const definitions = { flags, groupTypeMapping: groupTypeMapping ?? {}, cohorts: cohorts ?? {} };
  const client = new PostHog("key", {
    host: "http://127.0.0.1:9",
    flushAt: 1_000_000,
    enableLocalEvaluation: true,
    flagDefinitionCacheProvider: {
      getFlagDefinitions: async () => definitions as never,
      shouldFetchFlagDefinitions: async () => false,
      onFlagDefinitionsReceived: async () => {},
      shutdown: async () => {},
    },
  });
  await client.reloadFeatureFlags();
  return client;
}
