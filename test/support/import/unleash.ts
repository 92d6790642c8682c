import { once } from "node:events";
import { InMemStorageProvider, Unleash } from "unleash-client";

/** Starts Unleash's own SDK over features and segments. It never connects. */
export async function startUnleash(features: readonly object[], segments: readonly object[] = []): Promise<Unleash> {
  const unleash = new Unleash({
    appName: "oracle",
    url: "http://127.0.0.1:9/",
    refreshInterval: 0,
    disableMetrics: true,
    disableAutoStart: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: features as never, segments: segments as never },
  });
  unleash.on("error", () => {});
  unleash.on("warn", () => {});
  const ready = once(unleash, "ready");
  void unleash.start();
  await ready;
  return unleash;
}
