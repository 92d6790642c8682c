import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, ProviderEvents } from "@openfeature/web-sdk";

// The worker's URL and a client key. `npm run example:web` fills in those of `npm run dev`.
declare const BURGEE_URL: string;
declare const BURGEE_KEY: string;

const flags = OpenFeature.getClient();
// Sent before and after signing in, so that flags that split by it keep the variant that a visitor has seen.
const anonymousId = (localStorage["anonymousId"] ??= crypto.randomUUID());

function shown(): Record<string, unknown> {
  const { maxItems } = flags.getObjectValue("basket-limits", { maxItems: 50 }) as { maxItems: number };
  return {
    you: OpenFeature.getContext().targetingKey,
    "checkout-redesign": flags.getBooleanValue("checkout-redesign", false) ? "the new checkout" : "the old checkout",
    "homepage-hero": flags.getStringValue("homepage-hero", "hero-brand"),
    "search-page-size": flags.getNumberValue("search-page-size", 24),
    "free-shipping-threshold": flags.getNumberValue("free-shipping-threshold", 49.9).toFixed(2),
    "basket-limits": `at most ${maxItems} items`,
  };
}

function show(): void {
  const rows = Object.entries(shown()).flatMap(([flag, value]) => [element("dt", flag), element("dd", String(value))]);
  document.querySelector("#flags")!.replaceChildren(...rows);
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

// Changes on the server arrive without polling, because the provider listens to the stream that the response names.
flags.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
  show();
  const changed = (details?.flagsChanged ?? []).filter((flag) => flag in shown());
  if (changed.length > 0) document.querySelector("#news")!.textContent = `Changed just now: ${changed.join(", ")}`;
});
flags.addHandler(ProviderEvents.ContextChanged, show);

document.querySelector("#sign-in")!.addEventListener("click", () => {
  void OpenFeature.setContext({ targetingKey: "customer-7", anonymousId });
});

const provider = new OFREPWebProvider({ baseUrl: BURGEE_URL, headers: [["Authorization", `Bearer ${BURGEE_KEY}`]] });
await OpenFeature.setProviderAndWait(provider, { targetingKey: anonymousId, anonymousId });
show();
