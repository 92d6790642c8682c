/** A Worker that evaluates flags in several ways, several times per request, so that its own requests cost little. */
import { RequestFlags } from "../../sdk/binding/index.ts";
import type { FlagsBinding } from "../../src/rpc/interface.ts";

interface Environment {
  FLAGS: FlagsBinding;
  BURGEE: { fetch(url: string, init: RequestInit): Promise<Response> };
  KEY: string;
  /** The number of evaluations in one request. */
  EVALUATIONS: string;
}

const CONTEXT = { targetingKey: "user-42", plan: "pro", country: "NL", appVersion: "2.4.1" };
const URL_OF_ALL = "https://burgee.test/ofrep/v1/evaluate/flags";

const keyOf = (i: number): string => `bench-${String(i).padStart(3, "0")}`;

async function ofrep(env: Environment, url: string): Promise<unknown> {
  const response = await env.BURGEE.fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${env.KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ context: CONTEXT }),
  });
  if (!response.ok) throw new Error(`OFREP responded with status ${response.status}`);
  return response.json();
}

/** Evaluates a flag in one way. The request's flags are for ways that share a call. */
type Way = (env: Environment, i: number, flags: RequestFlags) => Promise<unknown>;

const WAYS: Record<string, Way> = {
  "/rpc": (env, i) => env.FLAGS.boolean(keyOf(i), false, CONTEXT),
  "/ofrep": (env, i) => ofrep(env, `${URL_OF_ALL}/${keyOf(i)}`),
  "/rpc-all": (env) => env.FLAGS.all(CONTEXT),
  "/ofrep-all": (env) => ofrep(env, URL_OF_ALL),
  "/request-flags": (_env, i, flags) => flags.boolean(keyOf(i), false, CONTEXT),
};

export default {
  async fetch(request: Request, env: Environment): Promise<Response> {
    const way = WAYS[new URL(request.url).pathname]!;
    const flags = new RequestFlags(env.FLAGS);
    for (let i = 0; i < Number(env.EVALUATIONS); i++) await way(env, i, flags);
    return new Response("done");
  },
};
