import { PostHog } from "posthog-node";

export interface PostHogContext {
  distinctId: string;
  personProperties: Record<string, unknown>;
  groups: Record<string, string>;
  groupProperties: Record<string, Record<string, unknown>>;
}

export interface PostHogSource {
  flags: object[];
  group_type_mapping: Record<string, string>;
  cohorts: Record<string, object>;
}

/** Returns a flag as PostHog's API gives it. */
export function postHogFlag(key: string, filters: object, fields: object = {}): object {
  return {
    id: 1,
    name: key,
    key,
    active: true,
    deleted: false,
    rollout_percentage: null,
    is_simple_flag: false,
    experiment_set: [],
    filters,
    ...fields,
  };
}

/** Returns PostHog's local evaluation. A value is `undefined` if only the server could decide. It never connects. */
export async function postHogOf(source: PostHogSource) {
  const definitions = {
    flags: source.flags,
    groupTypeMapping: source.group_type_mapping,
    cohorts: source.cohorts,
  };
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
  return {
    valueOf: (key: string, { distinctId, personProperties, groups, groupProperties }: PostHogContext) =>
      client.getFeatureFlag(key, distinctId, {
        onlyEvaluateLocally: true,
        sendFeatureFlagEvents: false,
        groups,
        personProperties: personProperties as never,
        groupProperties: groupProperties as never,
      }),
    close: () => client.shutdown(1),
  };
}
