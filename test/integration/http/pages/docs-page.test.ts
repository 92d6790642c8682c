import { afterAll, beforeAll, describe, test } from "vitest";
import { createApp } from "../../../../src/app.ts";
import { docsPage } from "../../../../src/http/pages/docs-page.ts";
import { shellWords } from "../../../support/shell-words.ts";
import { type ManagementTest, send, startManagementTest } from "../../management/client.ts";

/** Converts a curl command to a request. */
function requestOf(words: string[]): { path: string; init: RequestInit & { method: string } } {
  const headers: Record<string, string> = {};
  let url = "";
  let method: string | undefined;
  let body: string | undefined;
  for (let i = 1; i < words.length; i++) {
    const word = words[i] ?? "";
    const next = words[i + 1] ?? "";
    if (word === "-X") method = next;
    else if (word === "-d") body = next;
    else if (word === "-H") headers[next.slice(0, next.indexOf(":")).toLowerCase()] = next.slice(next.indexOf(":") + 2);
    else url = word;
    if (/^-[XdH]$/.test(word)) i++;
  }
  const { pathname, search } = new URL(url);
  const init = { method: method ?? (body === undefined ? "GET" : "POST"), headers };
  return { path: pathname + search, init: body === undefined ? init : { ...init, body } };
}

const KEY_PATH = { "/keys/{id}": { delete: { tags: ["Keys"] } } };

describe("the reference page", () => {
  let t: ManagementTest;
  let html: string;
  let examples: string[];
  let keyId: string;
  let tokenId: string;
  let webhookId: string;
  beforeAll(async () => {
    // The receiver of webhooks.
    t = await startManagementTest({}, { fetch: async () => new Response() });
    keyId = (await t.call("POST", "/api/v1/environments/production/keys", { kind: "client" })).body.key.id;
    const token = { role: "read", environments: ["production"] };
    tokenId = (await t.call("POST", "/api/v1/tokens", token)).body.adminToken.id;
    const webhook = { name: "x", url: "https://hooks.example.com/" };
    webhookId = (await t.call("POST", "/api/v1/webhooks", webhook)).body.webhook.id;
    html = (await send(t.isolate, undefined, "GET", "/docs")).body;
    examples = [...html.matchAll(/<pre>(curl [^<]*)<\/pre>/g)].map(([, line = ""]) =>
      line
        .replaceAll("&quot;", '"')
        .replaceAll("&#39;", "'")
        .replaceAll("&lt;", "<")
        .replaceAll("&gt;", ">")
        .replaceAll("&amp;", "&"),
    );
  });
  afterAll(() => t.close());

  /** Returns the id of a change that replaced something. */
  const changeId = async (): Promise<string> => {
    await t.call("PATCH", "/api/v1/environments/production/flags/checkout-redesign", { enabled: false });
    const { body } = await t.call("GET", "/api/v1/environments/production/audit?entity=configuration");
    return String(body.items.find(({ action }: { action: string }) => action === "update")?.id);
  };

  test("has an example for every operation, and each works unchanged", async ({ expect }) => {
    const contract = (await send(t.isolate, undefined, "GET", "/openapi.json")).body;
    const operations = Object.values<object>(contract.paths).flatMap((item) => Object.keys(item));
    expect(examples).toHaveLength(operations.length);
    // Creations run first and deletions last.
    const rank = (line: string) =>
      /^curl -X POST '[^']*\/(?:flags|segments|environments|keys)'|^curl -X PUT '[^']*\/code-references\//.test(line)
        ? 0
        : !line.includes("-X DELETE")
          ? 1
          : line.includes("/secret/")
            ? 2
            : 3;
    for (const line of examples.toSorted((a, b) => rank(a) - rank(b))) {
      const ids: Record<string, string> = { tokens: tokenId, webhooks: webhookId };
      const noun = /\/(tokens|webhooks)\//.exec(line)?.[1] ?? "";
      const id = line.includes("/audit/") ? await changeId() : (ids[noun] ?? keyId);
      const words = shellWords(line, { ADMIN: t.project.adminToken, KEY: t.project.serverKey, ID: id });
      expect(words.slice(0, 1), line).toEqual(["curl"]);
      const { path, init } = requestOf(words);
      const response = await t.isolate.fetch(path, init);
      const detail = response.ok ? await response.body?.cancel() : await response.text();
      await t.isolate.settled();
      expect(response.status, `${line}\n${String(detail)}`).toBeLessThan(300);
    }
  });

  test("an example is the same to a shell on every host", async ({ expect }) => {
    const origin = "http://a$(id)'`id`'b.test";
    const page = await docsPage({ info: { title: "T" }, tags: [{ name: "Keys" }], paths: KEY_PATH }, origin);
    const line =
      /<pre>(curl [^<]*)<\/pre>/.exec(page.html)?.[1]?.replaceAll("&#39;", "'").replaceAll("&quot;", '"') ?? "";
    expect(shellWords(line, { ID: "k1" })).toEqual(["curl", "-X", "DELETE", `${origin}/keys/k1`]);
  });

  test("names only its own host, in links, in examples and in allowed sources", async ({ expect }) => {
    const hosts = [...html.matchAll(/\bhttps?:\/\/([^/"'<\s\\]+)/g)].map(([, host]) => host);
    expect(
      hosts.filter((host) => host !== "edge.test" && !host?.endsWith(".example") && !host?.includes("example.com")),
    ).toEqual([]);
    expect(html).not.toMatch(/<(?:script|link|img|iframe|object|embed)\b|(?:src|srcset|action)=|@import|url\(/i);
    for (const [, target] of html.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^(?:#|\/openapi\.json$)/);
    const page = await send(t.isolate, undefined, "GET", "/docs");
    expect(page.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; base-uri 'none'/,
    );
  });

  test("names the origin of each request, although the page of the last origin is kept", async ({ expect }) => {
    const pageAt = async (origin: string) => {
      const app = createApp(t.isolate.services);
      const context = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} };
      const texts: string[] = [];
      for (const at of [origin, origin, "https://other.example.com", origin])
        texts.push(await (await app.fetch(new Request(`${at}/docs`), t.project.bindings, context)).text());
      return texts;
    };
    const [first, again, other, back] = await pageAt("https://flags.example.com");
    expect(first).toContain("https://flags.example.com/");
    expect([again, back]).toEqual([first, first]);
    expect(other).toContain("https://other.example.com/");
    expect(other).not.toContain("https://flags.example.com/");
  });
});
