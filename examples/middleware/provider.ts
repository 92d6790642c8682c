/** OpenFeature with Burgee's provider, for servers of any framework. */
import { AsyncLocalStorage } from "node:async_hooks";
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";

const timeoutMs = Number(process.env["BURGEE_TIMEOUT_MS"] ?? 1000);
const overrides = new AsyncLocalStorage<string>();

export async function startFlags(url: string, serverKey: string): Promise<void> {
  const provider = new OFREPProvider({
    baseUrl: url,
    headers: [["Authorization", `Bearer ${serverKey}`]],
    // The provider calls this for each evaluation.
    headersFactory: () => {
      const token = overrides.getStore();
      return token === undefined ? [] : [["X-Flags-Overrides", token]];
    },
    fetchImplementation: (request: string | URL | Request, init?: RequestInit) =>
      fetch(request, { ...init, signal: AbortSignal.timeout(timeoutMs) }),
  });
  await OpenFeature.setProviderAndWait(provider);
}

/** Handles a request to the app. Evaluations in it pass the signed overrides of its link or its header on. */
export function withOverrides<Result>(url: string, header: string | undefined, handle: () => Result): Result {
  const token = new URL(url, "http://app").searchParams.get("burgee-overrides") ?? header ?? "";
  return /^[\w-]{1,4096}$/.test(token) ? overrides.run(token, handle) : handle();
}
