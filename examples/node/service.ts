/** A service that evaluates a flag for each request: `GET /shipping?customer=customer-7&plan=pro&total=30`. */
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";
import { readLocal } from "../local.ts";
import { listen } from "../serve.ts";

const { url, serverKey } = await readLocal();

await OpenFeature.setProviderAndWait(
  new OFREPProvider({
    baseUrl: url,
    headers: [["Authorization", `Bearer ${serverKey}`]],
    // The provider has no timeout of its own. After this one, the flag has the default in the code below.
    fetchImplementation: (request, init) => fetch(request, { ...init, signal: AbortSignal.timeout(1000) }),
  }),
);
const flags = OpenFeature.getClient();

await listen(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://service");
  if (pathname !== "/shipping") {
    response
      .writeHead(404, { "content-type": "application/json" })
      .end('{"try":"/shipping?customer=customer-7&total=30"}');
    return;
  }
  const context = { targetingKey: searchParams.get("customer") ?? "", plan: searchParams.get("plan") ?? "free" };
  const { value, variant, reason } = await flags.getNumberDetails("free-shipping-threshold", 49.9, context);
  const isFree = Number(searchParams.get("total")) >= value;
  response
    .writeHead(200, { "content-type": "application/json" })
    .end(JSON.stringify({ isFree, value, variant, reason }));
});
