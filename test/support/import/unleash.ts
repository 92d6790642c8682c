import * as sdk from "unleash-client";
import { startUnleash as startSdk } from "../../../cli/import/oracles/unleash.ts";

/** Starts Unleash's own SDK over features and segments. It never connects. */
export function startUnleash(features: readonly object[], segments: readonly object[] = []): Promise<sdk.Unleash> {
  return startSdk(sdk, features, segments);
}
