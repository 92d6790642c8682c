import type { Client } from "./client.ts";

interface EnvironmentVersionOptions {
  environment: string;
  /** How long a version that was seen counts as the current one (s). */
  checkSeconds: number;
  now: () => number;
}

/** The version of an environment, as far as the responses to this process tell. */
export class EnvironmentVersion {
  readonly #options: EnvironmentVersionOptions;
  #seen = "unknown";
  #seenAt = -Infinity;
  #clears = 0;

  constructor(options: EnvironmentVersionOptions) {
    this.#options = options;
  }

  /** Notes the version in a response. */
  see(headers: Headers): void {
    const version = headers.get("x-flags-version");
    if (version === null) return;
    this.#seen = version;
    this.#seenAt = this.#options.now();
  }

  /** Makes all that depends on the current version stale. */
  clear(): void {
    this.#clears += 1;
  }

  /** A text that changes with the version. */
  get text(): string {
    return `${this.#seen}-${this.#clears}`;
  }

  /**
   * Asks the deployment for the version if none was seen lately. Only one caller asks, and the others go on with the
   * version that is known, so that no request waits for another one's response.
   * @throws ApiError, UnreachableError
   */
  async checkHead(client: Client): Promise<void> {
    const { environment, checkSeconds, now } = this.#options;
    const age = now() - this.#seenAt;
    if (age >= 0 && age < checkSeconds * 1000) return;
    this.#seenAt = now();
    // Any version matches, so the response has no body. The client's `fetch` notes the version.
    await client.call("getDefinitions", { path: { env: environment }, headers: { "If-None-Match": "*" } });
  }
}
