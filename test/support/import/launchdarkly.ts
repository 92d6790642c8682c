import { init, type LDClient } from "@launchdarkly/node-server-sdk";
import { TestData } from "@launchdarkly/node-server-sdk/integrations";
import { startLaunchDarkly } from "../../../cli/import/oracles/launchdarkly.ts";

/** Returns LaunchDarkly's own SDK over flags and segments. It never connects. */
export function launchDarklyOf({
  flags,
  segments = [],
}: {
  flags: readonly object[];
  segments?: readonly object[];
}): Promise<LDClient> {
  return startLaunchDarkly({ init, TestData }, { flags, segments });
}
