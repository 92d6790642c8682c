import type * as DatadogSdk from "@datadog/flagging-core";
import type * as EppoSdk from "@eppo/js-client-sdk-common";
import { type Fields, fieldsOf, textOf } from "../../../sdk/import/lowering/source.ts";
import { configurationOf } from "../../../sdk/import/systems/eppo/index.ts";
import { type OracleSystem, resultsOf, SILENT } from "./oracle.ts";

export const eppo: OracleSystem = {
  package: "@eppo/js-client-sdk-common",
  start: async (sdk, source) => {
    const flags = flagsOf(source);
    const client = await startEppo(sdk as EppoParts, flags);
    return {
      evaluate: (context, keys) => {
        const { subjectKey, subjectAttributes } = fieldsOf(context);
        const subject = [textOf(subjectKey) ?? "", fieldsOf(subjectAttributes)] as [string, Record<string, never>];
        return resultsOf(keys, (key) => {
          const { variation, evaluationDetails } = detailsOf(client, fieldsOf(flags[key])["variationType"])(
            key,
            ...subject,
            null as never,
          );
          return evaluationDetails.flagEvaluationCode === "MATCH" ? variation : null;
        });
      },
      close: () => {},
    };
  },
};

type EppoParts = Pick<typeof EppoSdk, "applicationLogger" | "EppoClient" | "MemoryOnlyConfigurationStore">;

/** Starts the core of Eppo's SDKs over flags. */
export async function startEppo(
  { applicationLogger, EppoClient, MemoryOnlyConfigurationStore }: EppoParts,
  flags: Fields,
): Promise<EppoSdk.EppoClient> {
  applicationLogger.level = "silent";
  const store = new MemoryOnlyConfigurationStore();
  await store.setEntries(flags as never);
  return new EppoClient({ flagConfigurationStore: store as never });
}

/** Returns the method for flags of a type. Any method for another one would give the default. */
function detailsOf(client: EppoSdk.EppoClient, type: unknown) {
  const methods = {
    BOOLEAN: client.getBooleanAssignmentDetails,
    INTEGER: client.getIntegerAssignmentDetails,
    NUMERIC: client.getNumericAssignmentDetails,
    JSON: client.getJSONAssignmentDetails,
    STRING: client.getStringAssignmentDetails,
  };
  const method = methods[type as keyof typeof methods] ?? methods.STRING;
  return method.bind(client) as EppoSdk.EppoClient["getStringAssignmentDetails"];
}

const DATADOG_TYPES: Record<string, string> = {
  BOOLEAN: "boolean",
  INTEGER: "number",
  NUMERIC: "number",
  JSON: "object",
};

export const datadog: OracleSystem = {
  package: "@datadog/flagging-core",
  start: (sdk, source) => {
    const { evaluateForSubject } = sdk as Pick<typeof DatadogSdk, "evaluateForSubject">;
    const flags = flagsOf(source);
    return {
      evaluate: (context, keys) => {
        const { subjectKey, subjectAttributes } = fieldsOf(context);
        return resultsOf(keys, (flagKey) => {
          const flag = fieldsOf(flags[flagKey]);
          const type = DATADOG_TYPES[String(flag["variationType"])] ?? "string";
          // Datadog's providers add the key as `id` before they call this function.
          const key = textOf(subjectKey);
          const attributes = { ...(key !== undefined && { id: key }), ...fieldsOf(subjectAttributes) } as never;
          return evaluateForSubject(flag as never, type as never, key, attributes, null as never, SILENT).value;
        });
      },
      close: () => {},
    };
  },
};

function flagsOf(source: unknown): Fields {
  return fieldsOf(configurationOf(fieldsOf(source), "").configuration["flags"]);
}
