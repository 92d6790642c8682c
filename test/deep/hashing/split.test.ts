import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SplitFactory } from "@splitsoftware/splitio";
import { expect, test } from "vitest";
import { bucketsOf, differences, indexIn, randomIds, unevenWeights } from "../../support/hashing/oracle.ts";

const ids = randomIds(100_000);

test("split: treatments agree with the SDK", async () => {
  const weights = unevenWeights(100, 8);
  const everyone = { combiner: "AND", matchers: [{ matcherType: "ALL_KEYS", negate: false, keySelector: null }] };
  const split = (name: string, seed: number) => ({
    name,
    seed,
    trafficTypeName: "user",
    trafficAllocation: 100,
    trafficAllocationSeed: 1,
    status: "ACTIVE",
    killed: false,
    defaultTreatment: "control",
    changeNumber: 1,
    algo: 2,
    configurations: {},
    conditions: [
      {
        conditionType: "ROLLOUT",
        label: "everyone",
        matcherGroup: everyone,
        partitions: weights.map((size, i) => ({ treatment: `v${i}`, size })),
      },
    ],
  });
  // The SDK's offline mode has no shares, so it reads its definitions from a server of this test.
  const server = createServer((request, response) => {
    const isFirst = request.url?.includes("since=-1") ?? false;
    const d = isFirst ? [split("positive", 2_022_123), split("negative", -1_222_652_054)] : [];
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ ff: { d, s: isFirst ? -1 : 1, t: 1 }, rbs: { d: [], s: -1, t: -1 } }));
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
  for (const [name, seed] of [
    ["positive", 2_022_123],
    ["negative", -1_222_652_054],
  ] as const) {
    const bucket = bucketsOf("split-1", String(seed), 100);
    const theirs = (id: string) => client.getTreatment(id, name);
    expect(await differences(ids, (id) => `v${indexIn(bucket(id), weights)}`, theirs)).toEqual([]);
  }
  await client.destroy();
  server.closeAllConnections();
  server.close();
});
