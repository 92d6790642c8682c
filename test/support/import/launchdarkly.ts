import { init, type LDClient } from "@launchdarkly/node-server-sdk";
import { TestData } from "@launchdarkly/node-server-sdk/integrations";
import { SILENT } from "./silent.ts";

/** Returns LaunchDarkly's own SDK over flags and segments. It never connects. */
export async function launchDarklyOf({
  flags,
  segments = [],
}: {
  flags: readonly object[];
  segments?: readonly object[];
}): Promise<LDClient> {
  const data = new TestData();
  const client = init("sdk-key", { updateProcessor: data.getFactory(), sendEvents: false, logger: SILENT });
  await client.waitForInitialization({ timeout: 10 });
  for (const segment of segments) await data.usePreconfiguredSegment(segment);
  for (const flag of flags) await data.usePreconfiguredFlag(flag);
  return client;
}
