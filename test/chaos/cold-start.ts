import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";
import { startDataCentre } from "../support/edge/data-centre.ts";
import { KEPT_FLAG } from "../support/edge/fleet.ts";
import { FAULT_KINDS, inject } from "./faults.ts";
import type { ChaosWorld } from "./world.ts";

interface Refusal {
  status: number;
  retryAfter: string | null;
  body: unknown;
}

/** The responses of an isolate that starts while neither backend can be read, in a data centre without a snapshot. */
export interface ColdStart {
  fault: string;
  one: Refusal;
  all: Refusal;
  /** The details that OpenFeature's server SDK gives an application. */
  sdk: { value: string; reason: string | undefined; errorCode: string | undefined };
  /** The details that the same client gets after the fault. */
  sdkAfterwards: { value: string; errorCode: string | undefined };
}

const EVALUATE = "/ofrep/v1/evaluate/flags";
export const CODE_DEFAULT = "the code's own default";
const FAULTS = ["down", "hanging", "garbage"];

/** Starts one isolate during each fault, in a data centre that has never seen the environment. */
export async function coldStarts(world: ChaosWorld, faults = FAULTS): Promise<ColdStart[]> {
  const { bindings, serverKey } = world.project;
  const isolates = faults.map((fault) => `cold-${fault}`);
  const place = await startDataCentre({ bindings, isolates, kept: { cache: "burgee", urls: [] } });
  const results: ColdStart[] = [];
  try {
    for (const kind of FAULT_KINDS.filter(({ name }) => faults.includes(name))) {
      const isolate = `cold-${kind.name}`;
      const headers = { authorization: `Bearer ${serverKey}` };
      const ask = async (path: string): Promise<Refusal> => {
        const response = await place.fetch(isolate, path, { method: "POST", headers, body: "{}" });
        const retryAfter = response.headers.get("retry-after");
        return { status: response.status, retryAfter, body: await response.json() };
      };
      const fetchImplementation = async (input: Request | string | URL): Promise<Response> => {
        const request = new Request(input);
        const { pathname } = new URL(request.url);
        const init = {
          method: request.method,
          headers: Object.fromEntries(request.headers),
          body: await request.text(),
        };
        return place.fetch(isolate, pathname, init);
      };
      const provider = new OFREPProvider({ baseUrl: "http://edge.test", headers, fetchImplementation });
      await OpenFeature.setProviderAndWait(isolate, provider);
      const client = OpenFeature.getClient(isolate);
      const evaluate = () => client.getStringDetails(KEPT_FLAG, CODE_DEFAULT, { targetingKey: "user-1" });

      const heal = inject(world, { kind, target: "both" });
      try {
        const [one, all] = await Promise.all([ask(`${EVALUATE}/${KEPT_FLAG}`), ask(EVALUATE)]);
        const { value, reason, errorCode } = await evaluate();
        heal();
        const afterwards = await evaluateUntilRight(evaluate);
        results.push({
          fault: kind.name,
          one,
          all,
          sdk: { value, reason, errorCode },
          sdkAfterwards: { value: afterwards.value, errorCode: afterwards.errorCode },
        });
      } finally {
        heal();
      }
    }
    return results;
  } finally {
    await OpenFeature.clearProviders();
    await place.dispose();
  }
}

/** Evaluates until it works. A breaker stays open for at most five seconds, so 15 s are enough. */
async function evaluateUntilRight<T extends { errorCode?: string }>(evaluate: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + 15_000;
  for (;;) {
    const details = await evaluate();
    if (details.errorCode === undefined || performance.now() > giveUpAt) return details;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Returns the differences from what docs/reliability.md promises for a cold start. */
export function wrongColdStarts(results: readonly ColdStart[]): string[] {
  return results.flatMap(({ fault, one, all, sdk, sdkAfterwards }) => {
    const isOfrep = (body: unknown, key: string | undefined) =>
      (body as { errorCode?: string }).errorCode === "GENERAL" && (body as { key?: string }).key === key;
    const broken = [
      one.status !== 503 && `the status for one flag was ${one.status}`,
      one.retryAfter === null && "Retry-After is missing",
      !isOfrep(one.body, KEPT_FLAG) && `one flag: not an OFREP error: ${JSON.stringify(one.body)}`,
      all.status !== 503 && `the status for all flags was ${all.status}`,
      !isOfrep(all.body, undefined) && `all flags: not an OFREP error: ${JSON.stringify(all.body)}`,
      sdk.value !== CODE_DEFAULT && `the SDK returned ${sdk.value}`,
      (sdk.reason !== "ERROR" || sdk.errorCode === undefined) &&
        `the SDK gave ${sdk.reason} ${sdk.errorCode} as its reason`,
      (sdkAfterwards.errorCode !== undefined || sdkAfterwards.value === CODE_DEFAULT) && "the SDK did not recover",
    ];
    return broken.filter((one) => one !== false).map((problem) => `cold start, both ${fault}: ${problem}`);
  });
}
