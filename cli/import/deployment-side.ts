import type { ImportedProject } from "../../sdk/import/index.ts";
import { ApiError, type Client } from "../../sdk/client/client.ts";
import type { Evaluation, Evaluations, OfrepError } from "../../sdk/client/contract.ts";
import type { Resolution } from "../../src/evaluation/types.ts";
import type { JsonValue } from "../../src/flags/document.ts";
import { oneLine } from "../text/escape.ts";
import { RefusedError, UsageError } from "../exit.ts";
import type { OurSide } from "./verification.ts";

/** Returns the side of a running deployment, which is sent one bulk request for each context. */
export function deploymentSide(project: ImportedProject, client: Client, file: string): OurSide {
  const served = new Set<string>();
  return {
    side: async (context, keys, line) => {
      const wanted = new Set(keys);
      const results = new Map<string, unknown>();
      const { flags } = await evaluateAll(client, project.toContext(context), `${file}:${line}`);
      for (const flag of flags) {
        const { key } = flag;
        if (key === undefined || !wanted.has(key)) continue;
        served.add(key);
        results.set(key, project.fromResolution(resolutionOf(flag), key));
      }
      return results;
    },
    absenceOf: (flag) => (served.has(flag) ? undefined : "the deployment does not serve it to the key in BURGEE_KEY"),
  };
}

/** @throws UsageError for a context that the deployment refuses, and RefusedError for its key */
async function evaluateAll(client: Client, context: object, place: string): Promise<Evaluations> {
  try {
    return (await client.call("evaluateFlags", { body: { context } })).body;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const message = oneLine(error.message);
    if (error.status === 401 || error.status === 403)
      throw new RefusedError(
        `the deployment refuses BURGEE_KEY; set it to a server key of the environment: ${message}`,
      );
    if (error.status === 400 || error.status === 413)
      throw new UsageError(`${place}: the deployment refuses the context: ${message}`);
    throw error;
  }
}

function resolutionOf(flag: Evaluation | OfrepError): Resolution {
  if ("errorCode" in flag) {
    const { errorCode, errorDetails = "" } = flag;
    return { reason: "ERROR", errorCode: errorCode as "GENERAL", errorDetails };
  }
  // A variant without a name stands for the caller's default.
  const { reason, variant, value } = flag;
  const served = variant === "" ? {} : { variant, value: value as JsonValue };
  return { reason: reason as "DEFAULT", ...served };
}
