import * as sdk from "flagsmith-nodejs";
import { startFlagsmith } from "../../../cli/import/oracles/flagsmith.ts";

/** Returns Flagsmith's own SDK over an environment document. It never connects. */
export function flagsmithOf(environment: object): Promise<sdk.Flagsmith> {
  return startFlagsmith(sdk, environment);
}
