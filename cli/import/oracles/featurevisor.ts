import type * as FeaturevisorSdk from "@featurevisor/sdk";
import { readSource, variablesOf } from "../../../sdk/import/systems/featurevisor/source.ts";
import { hasVariations, partKey, VARIATION } from "../../../sdk/import/systems/featurevisor/variations.ts";
import { type OracleSystem, resultsOf } from "./oracle.ts";

export const featurevisor: OracleSystem = {
  package: "@featurevisor/sdk",
  start: (sdk, source) => {
    const { createInstance } = sdk as Pick<typeof FeaturevisorSdk, "createInstance">;
    // The SDK parses the conditions in the datafile that it is given.
    const client = createInstance({ datafile: structuredClone(source) as never, logLevel: "fatal" as never });
    const questions = questionsOf(source);
    return {
      evaluate: (input, keys) =>
        resultsOf(keys, (key) => {
          const { feature, part } = questions.get(key) ?? { feature: key };
          const context = input as never;
          if (part === undefined) return client.isEnabled(feature, context);
          return part === VARIATION
            ? client.getVariation(feature, context)
            : client.getVariable(feature, part, context);
        }),
      close: () => {},
    };
  },
};

/** Returns the feature and its part that each flag stands for. The feature itself has no part. */
function questionsOf(source: unknown): Map<string, { feature: string; part?: string }> {
  return new Map(
    [...readSource(source).features].flatMap(([feature, placed]) => [
      ...[...variablesOf(placed).keys(), ...(hasVariations(placed) ? [VARIATION] : [])].map(
        (part): [string, { feature: string; part?: string }] => [partKey(feature, part), { feature, part }],
      ),
      [feature, { feature }],
    ]),
  );
}
