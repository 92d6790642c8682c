import type * as FlagdSdk from "@openfeature/flagd-core";
import { fieldsOf } from "../../../sdk/import/lowering/source.ts";
import { type OracleSystem, resultsOf, SILENT } from "./oracle.ts";

type Core = FlagdSdk.FlagdCore;

export const flagd: OracleSystem = {
  package: "@openfeature/flagd-core",
  start: (sdk, source) => {
    const { FlagdCore } = sdk as Pick<typeof FlagdSdk, "FlagdCore">;
    const core = new FlagdCore(undefined, SILENT);
    core.setConfigurations(JSON.stringify(source));
    const flags = fieldsOf(fieldsOf(source)["flags"]);
    return {
      evaluate: (context, keys) =>
        resultsOf(keys, (key) => {
          const resolve = resolverOf(core, Object.values(fieldsOf(fieldsOf(flags[key])["variants"]))[0]);
          const { value, variant, reason, errorCode } = resolve(key, null as never, fieldsOf(context) as never, SILENT);
          return { value, variant, reason, errorCode };
        }),
      close: () => {},
    };
  },
};

/** Returns the method for the type of a flag's variants. Any other method would give the default. */
function resolverOf(core: Core, variant: unknown): Core["resolveStringEvaluation"] {
  const methods = {
    boolean: core.resolveBooleanEvaluation,
    number: core.resolveNumberEvaluation,
    object: core.resolveObjectEvaluation,
    string: core.resolveStringEvaluation,
  };
  const method = methods[typeof variant as keyof typeof methods] ?? methods.string;
  return method.bind(core) as Core["resolveStringEvaluation"];
}
