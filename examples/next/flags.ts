/** The flags of a Next app: Vercel's Flags SDK with OpenFeature, which asks Burgee. */
import { createOpenFeatureAdapter } from "@flags-sdk/openfeature";
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { type EvaluationContext, OpenFeature } from "@openfeature/server-sdk";
import type { Identify } from "flags";
import { flag } from "flags/next";

const timeoutMs = Number(process.env["BURGEE_TIMEOUT_MS"] ?? 1000);
OpenFeature.setProvider(
  new OFREPProvider({
    baseUrl: process.env["BURGEE_URL"] ?? "http://127.0.0.1:8787",
    headers: [["Authorization", `Bearer ${process.env["BURGEE_KEY"]}`]], // a server key
    fetchImplementation: (request: string | URL | Request, init?: RequestInit) =>
      fetch(request, { ...init, cache: "no-store", signal: AbortSignal.timeout(timeoutMs) }),
  }),
);
const burgee = createOpenFeatureAdapter(OpenFeature.getClient());

/** The context of a request. Replace the cookies by those of your own session. */
const identify: Identify<EvaluationContext> = ({ headers, cookies }) => {
  const visitor = cookies.get("visitor")?.value;
  const country = headers.get("x-vercel-ip-country");
  return {
    targetingKey: cookies.get("customer")?.value ?? visitor ?? "",
    ...(visitor && { anonymousId: visitor }),
    ...(country && { country }),
  };
};

export const isNewCheckout = flag<boolean, EvaluationContext>({
  key: "checkout-redesign",
  defaultValue: false,
  identify,
  adapter: burgee.booleanValue(),
});

export const freeShippingFrom = flag<number, EvaluationContext>({
  key: "free-shipping-threshold",
  defaultValue: 49.9,
  identify,
  adapter: burgee.numberValue(),
});
