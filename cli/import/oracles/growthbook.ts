import type * as GrowthBookSdk from "@growthbook/growthbook";
import { fieldsOf } from "../../../sdk/import/lowering/source.ts";
import { type OracleSystem, resultsOf } from "./oracle.ts";

export const growthbook: OracleSystem = {
  package: "@growthbook/growthbook",
  start: (sdk, source) => {
    const { GrowthBook } = sdk as Pick<typeof GrowthBookSdk, "GrowthBook">;
    const { features, savedGroups } = fieldsOf(source);
    const definitions = { features: fieldsOf(features), savedGroups: fieldsOf(savedGroups) } as object;
    return {
      evaluate: (context, keys) => {
        const client = new GrowthBook({ ...definitions, attributes: fieldsOf(context) });
        const results = resultsOf(keys, (key) => client.evalFeature(key).value);
        client.destroy();
        return results;
      },
      close: () => {},
    };
  },
};
