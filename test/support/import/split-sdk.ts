import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SplitFactory } from "@splitsoftware/splitio";

export interface Definitions {
  ff: { d: { name: string }[] };
  rbs?: { d: unknown[] };
  segments?: Record<string, string[]>;
}

export interface SplitSdk {
  treatment: (key: unknown, flag: string, attributes: unknown) => { treatment: string; config: string | null };
  close: () => Promise<void>;
}

/** Starts Split's SDK over definitions. Its offline mode has no rules, so a server of the test serves them. */
export async function startSplit({ ff, rbs, segments = {} }: Definitions): Promise<SplitSdk> {
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    const isFirst = url.includes("since=-1");
    response.setHeader("content-type", "application/json");
    if (url.includes("/segmentChanges/")) {
      const name = decodeURIComponent(url.split("/segmentChanges/")[1]?.split("?")[0] ?? "");
      const added = isFirst ? (segments[name] ?? []) : [];
      response.end(JSON.stringify({ name, added, removed: [], since: isFirst ? -1 : 1, till: 1 }));
      return;
    }
    const part = (d: unknown[]): object => ({ d: isFirst ? d : [], s: isFirst ? -1 : 1, t: 1 });
    response.end(JSON.stringify({ ff: part(ff.d), rbs: part(rbs?.d ?? []) }));
  });
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
  const getTreatment = client.getTreatmentWithConfig.bind(client) as unknown as SplitSdk["treatment"];
  return {
    treatment: getTreatment,
    close: async () => {
      await client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}
