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

/** How an isolate that holds nothing, where nothing was ever kept, answers while nothing can be read. */
export interface ColdStart {
  fault: string;
  one: Refusal;
  all: Refusal;
  /** What an application gets from OpenFeature's server SDK. */
  sdk: { value: string; reason: string | undefined; errorCode: string | undefined };
  /** What the same client gets once the backends are back. */
  sdkAfterwards: { value: string; errorCode: string | undefined };
}

const EVALUATE = "/ofrep/v1/evaluate/flags";
export const CODE_DEFAULT = "the code's own default";
const FAULTS = ["down", "hanging", "garbage"];

/** One isolate for each fault, in a data centre that has never seen the environment. */
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
        const afterwards = await untilRight(evaluate);
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

/** Breakers are open for five seconds at the most. */
async function untilRight<T extends { errorCode?: string }>(evaluate: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + 15_000;
  for (;;) {
    const answer = await evaluate();
    if (answer.errorCode === undefined || performance.now() > giveUpAt) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** What is not as docs/reliability.md has it. */
export function wrongColdStarts(results: readonly ColdStart[]): string[] {
  return results.flatMap(({ fault, one, all, sdk, sdkAfterwards }) => {
    const isOfrep = (body: unknown, key: string | undefined) =>
      (body as { errorCode?: string }).errorCode === "GENERAL" && (body as { key?: string }).key === key;
    const broken = [
      one.status !== 503 && `one flag was answered with ${one.status}`,
      one.retryAfter === null && "Retry-After is missing",
      !isOfrep(one.body, KEPT_FLAG) && `one flag: no OFREP error but ${JSON.stringify(one.body)}`,
      all.status !== 503 && `all flags were answered with ${all.status}`,
      !isOfrep(all.body, undefined) && `all flags: no OFREP error but ${JSON.stringify(all.body)}`,
      sdk.value !== CODE_DEFAULT && `the SDK answered ${sdk.value}`,
      (sdk.reason !== "ERROR" || sdk.errorCode === undefined) &&
        `the SDK gave ${sdk.reason} ${sdk.errorCode} as its reason`,
      (sdkAfterwards.errorCode !== undefined || sdkAfterwards.value === CODE_DEFAULT) && "the SDK did not recover",
    ];
    return broken.filter((one) => one !== false).map((what) => `cold start, both ${fault}: ${what}`);
  });
}
