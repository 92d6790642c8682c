/** `burgee/binding` as npm installs it from the tarball. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { type InstalledPackage, installPackage } from "../../support/package/package.ts";

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
  expect(code.length).toBeLessThan(12_000);
  expect(code).not.toMatch(/^import /m);
});
