import * as sdk from "posthog-node";
import { posthog } from "../../../cli/import/oracles/posthog.ts";

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
  const oracle = await posthog.start(sdk, source, {});
  return {
    valueOf: async (key: string, context: PostHogContext) => (await oracle.evaluate(context, [key])).get(key),
    close: () => oracle.close(),
  };
}
