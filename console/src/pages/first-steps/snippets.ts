/** The code of the first evaluation, with the address and the key filled in. */
import type { Flag } from "../../../../sdk/client/contract.ts";
import { EMPTY, JS_NAMES, kindOf, quoted } from "../flag/use-it/literals.ts";

export interface Snippet {
  title: string;
  text: string;
}

interface Target {
  origin: string;
  flag: Pick<Flag, "key" | "type">;
  kind: "client" | "server";
  /** The secret of the SDK key; `undefined` if it is no longer known. */
  secret: string | undefined;
}

/** Returns a command, and the code for the place where keys of this kind are used. */
export function snippetsOf({ origin, flag, kind, secret }: Target): Snippet[] {
  const token = secret ?? (kind === "client" ? "YOUR_CLIENT_KEY" : "YOUR_SERVER_KEY");
  const path = encodeURIComponent(flag.key).replaceAll("'", "%27");
  const curl = [
    `curl -X POST '${origin}/ofrep/v1/evaluate/flags/${path}'`,
    `-H 'Authorization: Bearer ${token}'`,
    "-H 'Content-Type: application/json'",
    `-d '{"context":{"targetingKey":"user-1"}}'`,
  ].join(" \\\n  ");
  const headers = `  headers: [["Authorization", ${quoted(`Bearer ${token}`)}]],`;
  const method = `get${JS_NAMES[kindOf(flag)]}Value`;
  const [key, fallback] = [quoted(flag.key), JSON.stringify(EMPTY[flag.type])];
  return [{ title: "curl", text: curl }, kind === "server" ? serverCode() : webCode()];

  function serverCode(): Snippet {
    return {
      title: "Node",
      text: `// npm install @openfeature/server-sdk @openfeature/ofrep-provider
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";

const provider = new OFREPProvider({
  baseUrl: ${quoted(origin)},
${headers}
});
await OpenFeature.setProviderAndWait(provider);
const value = await OpenFeature.getClient().${method}(${key}, ${fallback}, { targetingKey: "user-1" });
console.log(value);`,
    };
  }

  function webCode(): Snippet {
    return {
      title: "Browser",
      text: `// npm install @openfeature/web-sdk @openfeature/ofrep-web-provider
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature } from "@openfeature/web-sdk";

const provider = new OFREPWebProvider({
  baseUrl: ${quoted(origin)},
${headers}
});
await OpenFeature.setProviderAndWait(provider, { targetingKey: "user-1" });
console.log(OpenFeature.getClient().${method}(${key}, ${fallback}));`,
    };
  }
}
