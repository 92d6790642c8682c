import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { type EvaluationContext, OpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import { type Bootstrap, bootstrappedFetch } from "./bootstrap.ts";
import { view } from "./view.ts";

declare const BURGEE_URL: string;
declare const BURGEE_KEY: string;

const { context, bootstrap } = JSON.parse(document.querySelector("#state")!.textContent!) as {
  context: EvaluationContext;
  bootstrap?: Bootstrap;
};
const flags = OpenFeature.getClient();

function show(): void {
  document.querySelector("main")!.innerHTML = view({
    hero: flags.getStringValue("homepage-hero", "hero-brand"),
    isNewCheckout: flags.getBooleanValue("checkout-redesign", false),
    freeShippingFrom: flags.getNumberValue("free-shipping-threshold", 49.9),
  });
}

const provider = new OFREPWebProvider({
  baseUrl: BURGEE_URL,
  headers: [["Authorization", `Bearer ${BURGEE_KEY}`]],
  // Use the values that the server has just rendered, not those cached by an earlier visit.
  cacheMode: "network-first",
  ...(bootstrap && { fetchImplementation: bootstrappedFetch(bootstrap) }),
});
await OpenFeature.setProviderAndWait(provider, context);
show();
flags.addHandler(ProviderEvents.ConfigurationChanged, show);
flags.addHandler(ProviderEvents.ContextChanged, show);
// Fetch changes since the page was rendered. Usually there are none, and the response is a 304.
if (bootstrap !== undefined) await OpenFeature.setContext(context);
