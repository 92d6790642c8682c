import { overrideFlag } from "../../evaluation/override.ts";
import type { CompiledFlag, EvaluationInput, Resolution } from "../../evaluation/types.ts";
import { RememberedTokens } from "../remembered-tokens.ts";
import { type SignedOverrides, verifyOverrides } from "./overrides-token.ts";
import { type PresentingRequest, presentedOverrides } from "./presented-overrides.ts";

const MAX_REMEMBERED = 500;

/** The overrides of a request, and the status that the response reports. */
export interface RequestOverrides {
  /** Variants by flag key; `undefined` if the overrides are ignored. */
  flags: ReadonlyMap<string, string> | undefined;
  /** The value of the response's X-Flags-Overrides. */
  status: string;
}

/** Reads the overrides of requests in environments that allow them. */
export class OverrideReader {
  readonly #secrets: readonly string[];
  readonly #remembered = new RememberedTokens<SignedOverrides>(MAX_REMEMBERED);

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** The number of remembered tokens. */
  get size(): number {
    return this.#remembered.size;
  }

  /**
   * Returns `undefined` if the request carries no overrides. `since` is when the environment began to allow overrides,
   * according to its key table. Both times are in ms since epoch.
   */
  async of(
    request: PresentingRequest,
    environment: string,
    since: number,
    now: number,
  ): Promise<RequestOverrides | undefined> {
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

/** Evaluates a flag that the key may see, so an override never shows a hidden flag. */
export function evaluateUnder(
  overrides: RequestOverrides | undefined,
  flag: CompiledFlag,
  input: EvaluationInput,
): Resolution {
  const variant = overrides?.flags?.get(flag.key);
  return (variant === undefined ? undefined : overrideFlag(flag, variant, input)) ?? flag.evaluate(input);
}

/** Ignores overrides instead of refusing the request, because an outdated link must not break the page it leads to. */
function ignored(reason: string): RequestOverrides {
  return { flags: undefined, status: `ignored; reason=${reason}` };
}
