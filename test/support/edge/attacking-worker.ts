/** A Worker whose code tries to reach another environment than the one that its binding names. */
import { WorkerEntrypoint } from "cloudflare:workers";
import type { AllFlags, FlagsBinding } from "../../../src/rpc/interface.ts";

interface Environment {
  /** A binding that may see the other environment, to show that it can be seen. */
  STAGING: FlagsBinding;
  FLAGS: FlagsBinding;
}

interface Context {
  props: Record<string, unknown>;
  exports: Record<string, (options: object) => FlagsBinding>;
}

type Call = (...args: unknown[]) => Promise<unknown>;

const STAGING = { environment: "staging", kind: "server" };

/** Pretends to be Burgee's entrypoint, with props of its own choice. */
export class Forged extends WorkerEntrypoint {
  environment(): unknown {
    return this.ctx.props;
  }
}

/** Each returns Burgee's result, in any form. */
const ATTACKS: Record<string, (env: Environment, ctx: Context) => Promise<unknown>> = {
  "props among the arguments": ({ FLAGS }) => (FLAGS.all as Call)({}, { props: STAGING, ...STAGING }, STAGING, STAGING),
  "the context": ({ FLAGS }) =>
    FLAGS.all({ ...STAGING, props: STAGING, ctx: { props: STAGING }, "request.environment": "staging" }),
  "a prototype in the context": ({ FLAGS }) =>
    FLAGS.all(
      JSON.parse('{"__proto__":{"environment":"staging"},"constructor":{"prototype":{"environment":"staging"}}}'),
    ),
  "facts about the request": ({ FLAGS }) =>
    FLAGS.all(
      {},
      {
        request: {
          url: "https://staging.test/?environment=staging",
          headers: { "x-environment": "staging" },
          cf: STAGING,
        },
      },
    ),
  "a request with a key in it": ({ FLAGS }) =>
    FLAGS.all(
      {},
      { request: new Request("https://burgee.test/", { headers: { authorization: "Bearer bgs_staging_a_b_c" } }) },
    ),
  "the Worker's own props": async ({ FLAGS }, ctx) => {
    Object.assign(ctx.props, STAGING);
    return FLAGS.all();
  },
  "a binding with other props": async ({ FLAGS }) =>
    (FLAGS as unknown as (options: object) => FlagsBinding)({ props: STAGING }).all(),
  "a forged stub": async ({ FLAGS }, { exports }) => {
    const forged = exports["Forged"]!({ props: STAGING });
    return FLAGS.all({ stub: forged as unknown as string }, forged as object);
  },
  "a method on a forged object": ({ FLAGS }) => FLAGS.all.call({ ctx: { props: STAGING } } as never),
  ...Object.fromEntries(
    ["ctx", "env", "constructor", "services", "props", "caller", "#caller", "__proto__", "toString"].map((name) => [
      `the property ${name}`,
      async ({ FLAGS }: Environment) => {
        const property = (FLAGS as unknown as Record<string, Call>)[name]!;
        return typeof property === "function" ? property({ props: STAGING }) : property;
      },
    ]),
  ),
  "new props on the binding": async ({ FLAGS }) => {
    Object.assign(FLAGS, { props: STAGING, ctx: { props: STAGING } });
    return FLAGS.all();
  },
};

export default {
  async fetch(request: Request, env: Environment, ctx: Context): Promise<Response> {
    if (new URL(request.url).pathname === "/allowed") return Response.json(await env.STAGING.all());
    const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
    if (name === "") return Response.json(Object.keys(ATTACKS));
    try {
      const got = (await ATTACKS[name]!(env, ctx)) as AllFlags;
      return Response.json({ got: got ?? null });
    } catch (error) {
      return Response.json({ thrown: String(error) });
    }
  },
};
