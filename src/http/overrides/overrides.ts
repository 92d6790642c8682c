import { overrideFlag } from "../../evaluation/override.ts";
import type { CompiledFlag, EvaluationInput, Resolution } from "../../evaluation/types.ts";
import { RememberedTokens } from "../remembered-tokens.ts";
import { type SignedOverrides, verifyOverrides } from "./overrides-token.ts";
import { presentedOverrides } from "./presented-overrides.ts";

/** Tokens whose MAC was checked, per isolate. */
const MAX_REMEMBERED = 500;

/** What is known of a request's overrides. */
export interface RequestOverrides {
  /** Flag key → variant; undefined: none counts. */
  flags: ReadonlyMap<string, string> | undefined;
  /** For the answer's X-Flags-Overrides. */
  status: string;
}

/** Reads the overrides of requests, in environments that allow any. */
export class OverrideReader {
  readonly #secrets: readonly string[];
  readonly #remembered = new RememberedTokens<SignedOverrides>(MAX_REMEMBERED);

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** `since`: of the environment, as its key table says it; `now` in ms. Undefined: the request carries none. */
  async of(request: Request, environment: string, since: number, now: number): Promise<RequestOverrides | undefined> {
    const token = presentedOverrides(request);
    if (token === undefined) return undefined;
    const signed = await this.#verify(token);
    if (signed === undefined) return ignored("not-signed-here");
    if (signed.environment !== environment) return ignored("other-environment");
    if (signed.since !== since) return ignored("withdrawn");
    if (now >= signed.expiresAt) return ignored("expired");
    return { flags: signed.flags, status: "accepted" };
  }

  async #verify(token: string): Promise<SignedOverrides | undefined> {
    const remembered = this.#remembered.get(token);
    if (remembered !== undefined) return remembered;
    const signed = await verifyOverrides(this.#secrets, token);
    if (signed === undefined) return undefined;
    this.#remembered.set(token, signed);
    return signed;
  }
}

/** The key's flags are chosen before, so an override shows nobody a flag that the key may not see. */
export function evaluateUnder(
  overrides: RequestOverrides | undefined,
  flag: CompiledFlag,
  input: EvaluationInput,
): Resolution {
  const variant = overrides?.flags?.get(flag.document.key);
  return (variant === undefined ? undefined : overrideFlag(flag, variant, input)) ?? flag.evaluate(input);
}

/** A link that has grown old must not break the page that it leads to. */
function ignored(reason: string): RequestOverrides {
  return { flags: undefined, status: `ignored; reason=${reason}` };
}
