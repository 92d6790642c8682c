import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import {
  OpenFeature,
  OpenFeatureProvider,
  useBooleanFlagValue,
  useContextMutator,
  useNumberFlagValue,
  useObjectFlagValue,
  useStringFlagValue,
} from "@openfeature/react-sdk";
import { Suspense } from "react";
import { createRoot } from "react-dom/client";

// The worker's URL and a client key. `npm run example:react` fills in those of `npm run dev`.
declare const BURGEE_URL: string;
declare const BURGEE_KEY: string;

const anonymousId = (localStorage["anonymousId"] ??= crypto.randomUUID());

// React renders a component again when the context changes, or when a flag that it reads changes on the server.
function Shop() {
  const isNewCheckout = useBooleanFlagValue("checkout-redesign", false);
  const hero = useStringFlagValue("homepage-hero", "hero-brand");
  const pageSize = useNumberFlagValue("search-page-size", 24);
  const limits = useObjectFlagValue("basket-limits", { maxItems: 50 });
  return (
    <>
      <h1>{hero}</h1>
      <p id="checkout">{isNewCheckout ? "The new checkout" : "The old checkout"}</p>
      <p id="search">{pageSize} results on a page</p>
      <p id="basket">At most {limits.maxItems} items in a basket</p>
      <Shipping />
    </>
  );
}

function Shipping() {
  const threshold = useNumberFlagValue("free-shipping-threshold", 49.9);
  const { setContext } = useContextMutator();
  return (
    <>
      <p id="shipping">Free shipping from {threshold.toFixed(2)}</p>
      <button onClick={() => void setContext({ targetingKey: "customer-7", anonymousId })}>
        Sign in as customer-7
      </button>
    </>
  );
}

await OpenFeature.setContext({ targetingKey: anonymousId, anonymousId });
OpenFeature.setProvider(
  new OFREPWebProvider({ baseUrl: BURGEE_URL, headers: [["Authorization", `Bearer ${BURGEE_KEY}`]] }),
);
createRoot(document.querySelector("#root")!).render(
  <OpenFeatureProvider suspendUntilReady>
    <Suspense fallback={<p>Loading…</p>}>
      <Shop />
    </Suspense>
  </OpenFeatureProvider>,
);
