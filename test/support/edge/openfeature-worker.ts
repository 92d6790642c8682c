/** A Worker that evaluates flags with OpenFeature and `burgee/binding`, and counts its calls to Burgee. */
import { env } from "cloudflare:workers";
import { EventHook } from "@openfeature/open-telemetry-hooks";
import { OpenFeature } from "@openfeature/server-sdk";
import {
  BindingProvider,
  type Exposure,
  Exposures,
  type FlagsBinding,
  forRequest,
  passedFacts,
  RequestFlags,
} from "../../../sdk/binding/index.ts";
import { recordEvents } from "../recorded-events.ts";

let calls = 0;

/** Returns a binding that counts its calls. */
function counted(binding: FlagsBinding): FlagsBinding {
  return new Proxy(binding, {
    get: (target, name) => {
      const method = target[name as keyof FlagsBinding] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        calls += 1;
        return method(...args);
      };
    },
  });
}

/** A binding whose every call fails, as one does that exceeds the runtime's limit of calls. */
const BROKEN = new Proxy({} as FlagsBinding, {
  get: () => () => Promise.reject(new Error("too many subrequests")),
});

interface Environment {
  FLAGS: FlagsBinding;
}

OpenFeature.setProvider(new BindingProvider(counted((env as unknown as Environment).FLAGS)));

type Scenario = (request: Request, env: Environment) => Promise<unknown>;

const SCENARIOS: Record<string, Scenario> = {
  async everything(request) {
    const client = OpenFeature.getClient();
    const context = forRequest(request, { targetingKey: "user-1", joined: new Date("2026-06-01T00:00:00Z") });
    return {
      details: await client.getBooleanDetails("checkout", false, context),
      values: [
        await client.getStringValue("headline", "", context),
        await client.getNumberValue("page-size", 0, context),
        await client.getObjectValue("limits", {}, context),
        await client.getBooleanValue("recent", false, context),
        await client.getBooleanValue("dutch", false, context),
      ],
      unknown: await client.getBooleanDetails("nothing", true, context),
      mismatch: await client.getNumberDetails("headline", 7, context),
      withdrawn: await client.getBooleanDetails("withdrawn", true, context),
    };
  },
  async manyContexts(request) {
    const client = OpenFeature.getClient();
    client.setContext(forRequest(request, { plan: "pro" }));
    await Promise.all(
      ["a", "b", "a", "b"].map((targetingKey) => client.getBooleanValue("checkout", false, { targetingKey })),
    );
    return "done";
  },
  withoutRequest: () => OpenFeature.getClient().getBooleanDetails("checkout", false, { targetingKey: "user-1" }),
  async broken(request) {
    await OpenFeature.setProviderAndWait("broken", new BindingProvider(BROKEN));
    const client = OpenFeature.getClient("broken");
    return [
      await client.getBooleanDetails("checkout", true, forRequest(request, {})),
      await client.getBooleanDetails("checkout", true),
    ];
  },
  async withoutOpenFeature(request, { FLAGS }) {
    const flags = new RequestFlags(counted(FLAGS), request);
    return [
      await flags.boolean("checkout", false),
      await flags.string("headline", ""),
      await flags.number("page-size", 0),
      await flags.object("limits", {}),
      await flags.details("dutch", false),
      await flags.details("checkout", false, { big: 1n }),
    ];
  },
  async exposures(request, { FLAGS }) {
    const reported: Exposure[] = [];
    const exposures = new Exposures((exposure) => void reported.push(exposure), { now: () => 7 });
    const user = { targetingKey: "user-1" };
    await OpenFeature.setProviderAndWait("exposing", new BindingProvider(FLAGS, { exposures }));
    const client = OpenFeature.getClient("exposing");
    await client.getBooleanValue("checkout", false, forRequest(request, user));
    await client.getBooleanValue("checkout", false, user);
    await client.getBooleanValue("checkout", false);
    await client.getBooleanValue("withdrawn", false, user);
    await client.getBooleanValue("nothing", false, user);
    await client.getNumberValue("headline", 7, user);
    for (const targetingKey of ["user-1", "user-2"])
      await new RequestFlags(FLAGS, request, { exposures }).boolean("dutch", false, { targetingKey });
    return reported;
  },
  async telemetry(request) {
    const events = recordEvents();
    const client = OpenFeature.getClient().addHooks(new EventHook());
    await client.getBooleanValue("checkout", false, forRequest(request, { targetingKey: "user-1" }));
    return events;
  },
  async body(request, { FLAGS }) {
    await FLAGS.boolean("dutch", false, {}, { request: passedFacts(request) });
    return request.json();
  },
};

export default {
  async fetch(request: Request, own: Environment): Promise<Response> {
    calls = 0;
    const result = await SCENARIOS[new URL(request.url).pathname.slice(1)]!(request, own);
    return Response.json({ result, calls });
  },
};
