import { createConsoleLogger, getClient, type IConfigCatClient, LogLevel, PollingMode } from "@configcat/sdk";

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
  const stored = ["1800000000000", "etag", JSON.stringify(config)].join("\n");
  const key = "configcat-sdk-1/1234567890123456789012/1234567890123456789012";
  const client: IConfigCatClient = getClient(key, PollingMode.ManualPoll, {
    offline: true,
    cache: { get: () => stored, set: () => {} },
    logger: createConsoleLogger(LogLevel.Off),
  });
  await client.forceRefreshAsync();
  const snapshot = client.snapshot();
  return {
    valueOf: (setting, user) => snapshot.getValue<string | undefined>(setting, undefined, user as never),
    dispose: () => client.dispose(),
  };
}
