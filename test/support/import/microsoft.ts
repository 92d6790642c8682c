import * as sdk from "@microsoft/feature-management";
import { type Evaluated, startFeatureManager, type TargetingContext } from "../../../cli/import/oracles/msfm.ts";

/** Returns Microsoft's own library over flags of its schema. It gives the results of `isEnabled` and `getVariant`. */
export function featureManagerOf(
  flags: readonly object[],
): (id: string, context: TargetingContext) => Promise<Evaluated> {
  return startFeatureManager(sdk, flags);
}
