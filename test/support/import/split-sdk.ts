import * as sdk from "@splitsoftware/splitio";
import { type SplitClient, startSplit as startSdk } from "../../../cli/import/oracles/split.ts";

export interface Definitions {
  ff: { d: { name: string }[] };
  rbs?: { d: unknown[] };
  segments?: Record<string, string[]>;
}

/** Starts Split's own SDK over definitions. A server in this process serves them. */
export function startSplit({ ff, rbs, segments = {} }: Definitions): Promise<SplitClient> {
  return startSdk(sdk, { splits: ff.d, ruleSegments: rbs?.d ?? [], segments });
}
