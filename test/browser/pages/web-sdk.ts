/** The page that tests drive: the unmodified web SDK with its OFREP provider, and a log of its events. */
import {
  type EvaluationContext,
  type EvaluationDetails,
  type JsonValue,
  OpenFeature,
  type Provider,
  ProviderEvents,
} from "@openfeature/web-sdk";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";

export interface StartOptions {
  baseUrl: string;
  key: string;
  context?: EvaluationContext;
  /** Milliseconds. 0 turns polling off. */
  pollInterval?: number;
  changeDetection?: "sse" | "polling" | "none";
  cacheMode?: "local-cache-first" | "network-first" | "disabled";
}

/** The functions that tests call through `globalThis.client` on the page. */
export interface PageClient {
  /** Resolves with the status of the provider, once it is ready or has failed. */
  start(options: StartOptions): Promise<string>;
  status(): string;
  /** Uses another key for all later requests. */
  useKey(key: string): void;
  setContext(context: EvaluationContext): Promise<void>;
  evaluate(flag: string, fallback: JsonValue): EvaluationDetails<JsonValue>;
  events: { type: string; flagsChanged?: string[] | undefined }[];
}

declare global {
  var client: PageClient;
}

let key = "";

globalThis.client = {
  events: [],
  async start({ baseUrl, key: firstKey, context = {}, ...options }) {
    key = firstKey;
    for (const type of Object.values(ProviderEvents)) {
      OpenFeature.addHandler(type as ProviderEvents.Ready, (details) => {
        const flagsChanged = (details as { flagsChanged?: string[] } | undefined)?.flagsChanged;
        globalThis.client.events.push({ type, ...(flagsChanged !== undefined && { flagsChanged }) });
      });
    }
    const provider = new OFREPWebProvider({
      baseUrl,
      headersFactory: () => Promise.resolve([["Authorization", `Bearer ${key}`]]),
      ...options,
    });
    await OpenFeature.setProviderAndWait(provider as Provider, context).catch(() => undefined);
    return this.status();
  },
  status: () => OpenFeature.getClient().providerStatus,
  useKey(next) {
    key = next;
  },
  setContext: (context) => OpenFeature.setContext(context),
  evaluate: ((flag: string, fallback: unknown) => {
    const client = OpenFeature.getClient();
    if (typeof fallback === "boolean") return client.getBooleanDetails(flag, fallback);
    if (typeof fallback === "string") return client.getStringDetails(flag, fallback);
    if (typeof fallback === "number") return client.getNumberDetails(flag, fallback);
    return client.getObjectDetails(flag, fallback as JsonValue);
  }) as PageClient["evaluate"],
};
