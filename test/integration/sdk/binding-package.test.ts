/** `burgee/binding` as npm installs it from the tarball. */
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { type InstalledPackage, installPackage } from "../../support/package.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** The types that a Worker has. */
const LIBRARY = "es2022,esnext.disposable,dom";

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
});
afterAll(() => installed?.remove());

async function check(name: string, text: string, options: readonly string[]): Promise<void> {
  await writeFile(join(installed.folder, name), text);
  await installed.checkTypes([name], options);
}

test("has types that need no other package", async ({ expect }) => {
  const text = `import { type BindingDetails, type FlagsBinding, RequestFlags } from "burgee/binding";
     interface Request { url: string; headers: { get(name: string): string | null } }
     export async function respond(request: Request, env: { FLAGS: FlagsBinding }): Promise<string> {
       const isOn: boolean = await env.FLAGS.boolean("checkout", false, { targetingKey: "user-1" }, { request });
       const details: BindingDetails<string> = await env.FLAGS.details("headline", "Bread");
       const size: number = await new RequestFlags(env.FLAGS, request).number("page-size", 10, { at: new Date() });
       return \`\${isOn} \${details.value} \${size}\`;
     }`;
  await check("binding.ts", text, ["--lib", "es2022"]);
  const wrong = text.replace('"page-size", 10', '"page-size", "10"');
  await expect(check("wrong-default.ts", wrong, ["--lib", "es2022"])).rejects.toMatchObject({
    stdout: expect.stringMatching(/^wrong-default\.ts\(6,\d+\)/),
  });
});

test("has a provider for OpenFeature's server SDK, and does not contain the evaluator", async ({ expect }) => {
  await installed.linkModules(["@openfeature", "@types"]);
  const text = `import { BindingProvider, type FlagsBinding, forRequest } from "burgee/binding";
     import { type EvaluationContext, OpenFeature, type Provider } from "@openfeature/server-sdk";
     declare const env: { FLAGS: FlagsBinding };
     declare const request: Request;
     export const provider: Provider = new BindingProvider(env.FLAGS);
     await OpenFeature.setProviderAndWait(new BindingProvider(env.FLAGS));
     const context: EvaluationContext = forRequest(request, { targetingKey: "user-1" });
     export const isOn: boolean = await OpenFeature.getClient().getBooleanValue("checkout", false, context);`;
  for (const more of [[], ["--exactOptionalPropertyTypes"]])
    await check("binding-provider.ts", text, ["--lib", LIBRARY, "--types", "node", ...more]);
  const code = await readFile(join(installed.folder, "node_modules/burgee/dist/binding/index.js"), "utf8");
  expect(code.length).toBeLessThan(10_000);
  expect(code).not.toMatch(/^import /m);
});

test("is used right in docs/binding.md and in the README", async ({ expect }) => {
  await installed.linkModules(["@openfeature", "@types"]);
  const pages = await Promise.all(["docs/binding.md", "README.md"].map((page) => readFile(join(ROOT, page), "utf8")));
  // A block of the README that imports nothing is a part of an expression.
  const blocks = Array.from(pages.join("\n").matchAll(/^```ts\n(.*?)^```/gms), ([, code = ""]) => code).filter((code) =>
    code.includes("import "),
  );
  expect(blocks.length).toBeGreaterThanOrEqual(5);
  const names = ["runtime.d.ts", ...blocks.map((_, i) => `binding-${i}.ts`)];
  const runtime =
    'declare module "cloudflare:workers" { export const env: { FLAGS: import("burgee/binding").FlagsBinding }; }\n';
  for (const [i, code] of [runtime, ...blocks].entries()) await writeFile(join(installed.folder, names[i]!), code);
  await installed.checkTypes(names, ["--lib", LIBRARY, "--types", "node"]);
});
