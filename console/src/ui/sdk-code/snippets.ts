/** The code that evaluates one flag, for each SDK. docs/clients.md has the same code with more words. */
import { JS_NAMES, jsLiteral, kindOf, quoted, quotedInShell, type Subject } from "./literals.ts";
import { code, install, keyOf, type Sdk } from "./sdk.ts";
import { OTHER_SDKS } from "./snippets-other.ts";

const WEB: Sdk = {
  id: "web",
  label: "Web (OpenFeature)",
  key: "client",
  blocks: (of) => [
    install("npm install @openfeature/ofrep-web-provider @openfeature/web-sdk"),
    code(
      'import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";',
      'import { OpenFeature } from "@openfeature/web-sdk";',
      "",
      "const provider = new OFREPWebProvider({",
      `  baseUrl: ${quoted(of.url)},`,
      `  headers: [["Authorization", "Bearer ${keyOf("client", of)}"]],`,
      "});",
      'await OpenFeature.setProviderAndWait(provider, { targetingKey: "user-1" });',
      `const value = OpenFeature.getClient().get${JS_NAMES[kindOf(of)]}Value(${quoted(of.flag)}, ${jsLiteral(of)});`,
    ),
  ],
};

const REACT: Sdk = {
  id: "react",
  label: "React (OpenFeature)",
  key: "client",
  blocks: (of) => {
    const hook = `use${JS_NAMES[kindOf(of)]}FlagValue`;
    return [
      install("npm install @openfeature/ofrep-web-provider @openfeature/react-sdk react"),
      code(
        'import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";',
        `import { OpenFeature, OpenFeatureProvider, ${hook} } from "@openfeature/react-sdk";`,
        'import { Suspense } from "react";',
        "",
        "const provider = new OFREPWebProvider({",
        `  baseUrl: ${quoted(of.url)},`,
        `  headers: [["Authorization", "Bearer ${keyOf("client", of)}"]],`,
        "});",
        'OpenFeature.setProvider(provider, { targetingKey: "user-1" });',
        "",
        "function Example() {",
        `  const value = ${hook}(${quoted(of.flag)}, ${jsLiteral(of)});`,
        "  return <p>{JSON.stringify(value)}</p>;",
        "}",
        "",
        "export default function App() {",
        "  return (",
        "    <OpenFeatureProvider suspendUntilReady>",
        "      <Suspense fallback={<p>Loading…</p>}>",
        "        <Example />",
        "      </Suspense>",
        "    </OpenFeatureProvider>",
        "  );",
        "}",
      ),
    ];
  },
};

const NODE: Sdk = {
  id: "node",
  label: "Node (OpenFeature)",
  key: "server",
  blocks: (of) => [
    install("npm install @openfeature/ofrep-provider @openfeature/server-sdk"),
    code(
      'import { OFREPProvider } from "@openfeature/ofrep-provider";',
      'import { OpenFeature } from "@openfeature/server-sdk";',
      "",
      "await OpenFeature.setProviderAndWait(",
      "  new OFREPProvider({",
      `    baseUrl: ${quoted(of.url)},`,
      `    headers: [["Authorization", "Bearer ${keyOf("server", of)}"]],`,
      "  }),",
      ");",
      "const client = OpenFeature.getClient();",
      `const value = await client.get${JS_NAMES[kindOf(of)]}Value(${quoted(of.flag)}, ${jsLiteral(of)}, {`,
      '  targetingKey: "user-1",',
      "});",
    ),
  ],
};

const PROVIDER: Sdk = {
  id: "provider",
  label: "Node, in your process (burgee/provider)",
  key: "server",
  blocks: (of) => [
    install("npm install burgee @openfeature/server-sdk"),
    code(
      'import { OpenFeature } from "@openfeature/server-sdk";',
      'import { BurgeeProvider } from "burgee/provider";',
      "",
      `const provider = new BurgeeProvider({ url: ${quoted(of.url)}, key: ${keyInProcess(of)} });`,
      "await OpenFeature.setProviderAndWait(provider);",
      "const client = OpenFeature.getClient();",
      `const value = await client.get${JS_NAMES[kindOf(of)]}Value(${quoted(of.flag)}, ${jsLiteral(of)}, {`,
      '  targetingKey: "user-1",',
      "});",
    ),
  ],
};

function keyInProcess({ key }: Subject): string {
  return key?.secret === undefined ? 'process.env["BURGEE_KEY"] ?? ""' : quoted(key.secret);
}

const BINDING: Sdk = {
  id: "binding",
  label: "Cloudflare Worker (burgee/binding)",
  key: "none",
  blocks: (of) => [
    install("npm install burgee"),
    {
      title: "wrangler.toml",
      text: [
        "[[services]]",
        'binding = "FLAGS"',
        'service = "burgee"',
        'entrypoint = "Flags"',
        `props = { environment = ${quoted(of.environment)}, kind = "server" }`,
      ].join("\n"),
    },
    code(
      'import { type FlagsBinding, passedFacts } from "burgee/binding";',
      "",
      "interface Env {",
      "  FLAGS: FlagsBinding;",
      "}",
      "",
      "export default {",
      "  async fetch(request: Request, env: Env): Promise<Response> {",
      '    const context = { targetingKey: "user-1" };',
      "    const options = { request: passedFacts(request) };",
      `    const value = await env.FLAGS.${JS_NAMES[kindOf(of)].toLowerCase()}(${quoted(of.flag)}, ${jsLiteral(of)}, context, options);`,
      "    return new Response(JSON.stringify(value));",
      "  },",
      "};",
    ),
  ],
};

const CURL: Sdk = {
  id: "curl",
  label: "curl (OFREP)",
  key: "any",
  blocks: (of) => [
    code(
      `curl -s ${quotedInShell(`${of.url}/ofrep/v1/evaluate/flags/${encodeURIComponent(of.flag)}`)} \\`,
      `  -H 'Authorization: Bearer ${keyOf("any", of)}' \\`,
      "  -H 'Content-Type: application/json' \\",
      `  -d '{"context":{"targetingKey":"user-1"}}'`,
    ),
  ],
};

export const SDKS: readonly Sdk[] = [WEB, REACT, NODE, PROVIDER, BINDING, ...OTHER_SDKS, CURL];

/** Returns the SDKs that take a key of this kind. A service binding needs a server, but no key. */
export function sdksFor(kind: "client" | "server"): readonly Sdk[] {
  return SDKS.filter(({ key }) => key === kind || key === "any" || (key === "none" && kind === "server"));
}
