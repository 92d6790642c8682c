/** Serves the values of the current provider, and reports differences from Burgee's. */
import { ComparisonStrategy, MultiProvider, type Provider } from "@openfeature/server-sdk";

export function comparing(current: Provider, burgee: Provider, report: (values: unknown[]) => void): Provider {
  const strategy = new ComparisonStrategy(current, (resolutions) => {
    report(resolutions.map((one) => ("details" in one ? one.details.value : undefined)));
  });
  return new MultiProvider([{ provider: current }, { provider: burgee }], strategy);
}
