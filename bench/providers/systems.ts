import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LaunchDarklyProvider } from "@launchdarkly/openfeature-node-server";
import { FlagdProvider } from "@openfeature/flagd-provider";
import { GrowthbookProvider } from "@openfeature/growthbook-provider";
import type { EvaluationContext, Provider, ResolutionDetails } from "@openfeature/server-sdk";
import { BurgeeProvider, type Definitions, Exposures, type Flags } from "../../sdk/provider/index.ts";
import { burgeeDocuments } from "../evaluator/burgee.ts";
import { type Engine, type FlagKinds, parsedFromJson, type User } from "../evaluator/engine.ts";
import { flagd, flagdDefinitions } from "../evaluator/flagd.ts";
import { growthbook, growthbookPayload } from "../evaluator/growthbook.ts";
import { launchdarkly, launchdarklyOptions } from "../evaluator/launchdarkly.ts";
import { unleash, unleashClient } from "../evaluator/unleash.ts";

/** A system with the same flags twice: behind OpenFeature, and behind a call of its own. */
export interface System {
  name: string;
  /** The package whose provider is measured. */
  providedBy: string;
  provider: Provider;
  own: Pick<Engine, "single">;
}

type SystemFactory = (kinds: FlagKinds, users: User[]) => System | Promise<System>;

/** Returns the context that OpenFeature passes for a user. GrowthBook's provider reads `id`, and the others the key. */
export function contextsOf(users: User[]): EvaluationContext[] {
  return parsedFromJson(users.map((user) => ({ targetingKey: user.id, ...user })));
}

/** Returns Burgee with reports of exposures, all of which were made already: each user sees each flag many times. */
export function exposingSystem(kinds: FlagKinds, users: User[]): System {
  return burgeeSystem(kinds, users, new Exposures(() => undefined));
}

function burgeeSystem(kinds: FlagKinds, users: User[], exposures?: Exposures): System {
  const provider = new BurgeeProvider({
    url: "http://deployment.test",
    key: "bgs_production_1_1_0",
    fetch: deploymentWith(kinds),
    ...(exposures && { exposures }),
  });
  return { name: "burgee", providedBy: "burgee/provider", provider, own: ownCalls(provider.flags, users) };
}

function ownCalls(flags: Flags, users: User[]): System["own"] {
  const contexts = contextsOf(users);
  return { single: (flag, user) => flags.boolean(flag, false, contexts[user]!) };
}

/** Returns the way to a deployment that has definitions and no streams. */
function deploymentWith(kinds: FlagKinds): typeof fetch {
  const definitions: Definitions = {
    environment: "production",
    version: 1,
    schemaVersion: 1,
    full: true,
    stale: false,
    gone: [],
    flags: burgeeDocuments(kinds),
  };
  return (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const hasBody = pathname.endsWith("/definitions");
    return Promise.resolve(hasBody ? Response.json(definitions) : new Response(null, { status: 404 }));
  };
}

async function launchdarklySystem(kinds: FlagKinds, users: User[]): Promise<System> {
  return {
    name: "launchdarkly",
    providedBy: "@launchdarkly/openfeature-node-server",
    provider: new LaunchDarklyProvider("sdk-key", launchdarklyOptions(kinds)),
    own: await launchdarkly(kinds, users),
  };
}

function growthbookSystem(kinds: FlagKinds, users: User[]): System {
  return {
    name: "growthbook",
    providedBy: "@openfeature/growthbook-provider",
    provider: new GrowthbookProvider({}, { payload: growthbookPayload(kinds) }),
    own: growthbook(kinds, users),
  };
}

/** In process and offline: the provider reads its flags from a file. */
async function flagdSystem(kinds: FlagKinds, users: User[]): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), "burgee-bench-"));
  process.once("exit", () => void rm(folder, { recursive: true, force: true }));
  const offlineFlagSourcePath = join(folder, "flags.json");
  await writeFile(offlineFlagSourcePath, flagdDefinitions(kinds));
  return {
    name: "flagd",
    providedBy: "@openfeature/flagd-provider",
    provider: new FlagdProvider({ resolverType: "in-process", offlineFlagSourcePath }),
    own: flagd(kinds, users),
  };
}

/** The registry has no provider of Unleash for servers, so this adapter does the least that one must do. */
function unleashSystem(kinds: FlagKinds, users: User[]): System {
  const client = unleashClient(kinds);
  const off = (): boolean => false;
  const boolean = (key: string, context: EvaluationContext): ResolutionDetails<boolean> => {
    const { targetingKey: userId, ...properties } = context;
    return { value: client.isEnabled(key, { userId, properties } as never, off) };
  };
  const unsupported = (): never => {
    throw new Error("the benchmark evaluates boolean flags");
  };
  return {
    name: "unleash",
    providedBy: "an adapter in this benchmark over unleash-client",
    provider: {
      metadata: { name: "unleash" },
      runsOn: "server",
      resolveBooleanEvaluation: (key, _fallback, context) => Promise.resolve(boolean(key, context)),
      resolveStringEvaluation: unsupported,
      resolveNumberEvaluation: unsupported,
      resolveObjectEvaluation: unsupported,
    },
    own: unleash(kinds, users),
  };
}

/** The first is compared with the others. */
export const SYSTEMS: readonly SystemFactory[] = [
  burgeeSystem,
  launchdarklySystem,
  unleashSystem,
  growthbookSystem,
  flagdSystem,
];
