import * as sdk from "@configcat/sdk";
import { startConfigCat } from "../../../cli/import/oracles/configcat.ts";

/** A user object of ConfigCat's SDK. */
export interface ConfigCatUser {
  identifier?: string;
  email?: string;
  country?: string;
  custom?: Record<string, unknown>;
}

export interface ConfigCat {
  /** Returns a setting's value for a user, or `undefined` if the caller's default is the value. */
  valueOf: (setting: string, user: ConfigCatUser | undefined) => unknown;
  dispose: () => void;
}

/** Returns ConfigCat's own SDK over a config JSON. It never connects. */
export async function configCatOf(config: object): Promise<ConfigCat> {
  const client = await startConfigCat(sdk, config);
  const snapshot = client.snapshot();
  return {
    valueOf: (setting, user) => snapshot.getValue<string | undefined>(setting, undefined, user as never),
    dispose: () => client.dispose(),
  };
}
