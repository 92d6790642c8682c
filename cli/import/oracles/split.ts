import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type * as SplitSdk from "@splitsoftware/splitio";
import { fieldsOf, textsOf } from "../../../sdk/import/lowering/source.ts";
import { readSource } from "../../../sdk/import/systems/split/source.ts";
import { type OracleSystem, resultsOf } from "./oracle.ts";

export const split: OracleSystem = {
  package: "@splitsoftware/splitio",
  start: async (sdk, source) => {
    const { splits, ruleSegments, segments } = readSource(source);
    const client = await startSplit(sdk as Sdk, {
      splits: [...splits.values()].map(({ fields }) => fields),
      ruleSegments: [...(ruleSegments?.values() ?? [])].map(({ fields }) => fields),
      segments: Object.fromEntries([...segments].map(([name, { keys }]) => [name, textsOf(keys)])),
    });
    return {
      evaluate: (context, keys) => {
        const { key, attributes } = fieldsOf(context);
        return resultsOf(keys, (name) => client.treatment(key, name, attributes));
      },
      close: client.close,
    };
  },
};

type Sdk = Pick<typeof SplitSdk, "SplitFactory">;

export interface SplitDefinitions {
  splits: readonly unknown[];
  ruleSegments: readonly unknown[];
  /** The keys of each segment, by name. */
  segments: Readonly<Record<string, readonly string[]>>;
}

export interface SplitClient {
  treatment: (key: unknown, flag: string, attributes: unknown) => { treatment: string; config: string | null };
  close: () => Promise<void>;
}

/** Starts Split's SDK over definitions. Its offline mode has no rules, so a server in this process serves them. */
export async function startSplit({ SplitFactory }: Sdk, definitions: SplitDefinitions): Promise<SplitClient> {
  const server = serve(definitions);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const factory = SplitFactory({
    core: { authorizationKey: "key" },
    urls: { sdk: url, events: url, auth: url, streaming: url, telemetry: url },
    streamingEnabled: false,
    sync: { impressionsMode: "NONE", enabled: true },
    startup: { readyTimeout: 10 },
  } as never);
  const client = factory.client();
  await client.whenReady();
  return {
    treatment: client.getTreatmentWithConfig.bind(client) as unknown as SplitClient["treatment"],
    close: async () => {
      await client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Serves definitions to the first request for each, and no changes after it. */
function serve({ splits, ruleSegments, segments }: SplitDefinitions): Server {
  return createServer((request, response) => {
    const url = request.url ?? "";
    const isFirst = url.includes("since=-1");
    response.setHeader("content-type", "application/json");
    if (url.includes("/segmentChanges/")) {
      const name = decodeURIComponent(url.split("/segmentChanges/")[1]?.split("?")[0] ?? "");
      const added = isFirst ? (segments[name] ?? []) : [];
      response.end(JSON.stringify({ name, added, removed: [], since: isFirst ? -1 : 1, till: 1 }));
      return;
    }
    const part = (d: readonly unknown[]): object => ({ d: isFirst ? d : [], s: isFirst ? -1 : 1, t: 1 });
    response.end(JSON.stringify({ ff: part(splits), rbs: part(ruleSegments) }));
  });
}
