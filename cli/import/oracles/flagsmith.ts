import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as FlagsmithSdk from "flagsmith-nodejs";
import { fieldsOf, textOf } from "../../../sdk/import/lowering/source.ts";
import { type OracleSystem, resultsOf } from "./oracle.ts";

type Sdk = Pick<typeof FlagsmithSdk, "Flagsmith" | "LocalFileHandler">;

export const flagsmith: OracleSystem = {
  package: "flagsmith-nodejs",
  start: async (sdk, source) => {
    const client = await startFlagsmith(sdk as Sdk, source as object);
    return {
      evaluate: async (context, keys) => {
        const { identifier, traits } = fieldsOf(context);
        const name = textOf(identifier);
        const flags = await (name === undefined
          ? client.getEnvironmentFlags()
          : client.getIdentityFlags(name, fieldsOf(traits) as never));
        return resultsOf(keys, (key) => {
          const { enabled, value } = flags.getFlag(key);
          return { enabled, value: value ?? null };
        });
      },
      close: () => {},
    };
  },
};

/** Starts Flagsmith's SDK over an environment document. */
export async function startFlagsmith(
  { Flagsmith, LocalFileHandler }: Sdk,
  environment: object,
): Promise<FlagsmithSdk.Flagsmith> {
  const folder = await mkdtemp(join(tmpdir(), "burgee-flagsmith-"));
  try {
    const path = join(folder, "environment.json");
    await writeFile(path, JSON.stringify(environment));
    return new Flagsmith({ offlineMode: true, offlineHandler: new LocalFileHandler(path) });
  } finally {
    await rm(folder, { recursive: true });
  }
}
