/** Installs the packed `burgee/testing` in a separate project, as an app does, and uses it with a running worker. */
import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Colo, startColo } from "../../support/edge/colo.ts";
import { type InstalledPackage, installPackage } from "../../support/package/package.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

const run = promisify(execFile);

/** An app that prints the values it sees, as one line of JSON. */
const CONSUMER = `
import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OpenFeature } from "@openfeature/server-sdk";
import { OverridableProvider, overrideFlag, overrideHeaders, signOverrides, withFlags } from "burgee/testing";

const [url = "", serverKey = "", adminToken = ""] = process.argv.slice(2);
const provider = (more: [string, string][] = []) =>
  new OFREPProvider({ baseUrl: url, headers: [["Authorization", "Bearer " + serverKey], ...more] });
await OpenFeature.setProviderAndWait(new OverridableProvider(provider()));
const client = OpenFeature.getClient();
const seen = async (of = client) => [
  await of.getBooleanValue("checkout", false),
  await of.getStringValue("headline", "default"),
];

const before = await seen();
const override = overrideFlag("checkout", true);
const overridden = await seen();
override.restore();
const scoped: unknown = await withFlags({ headline: "Test bread" }, () => seen());
const after = await seen();

const signed = await signOverrides({ url, adminToken, environment: "production", flags: { checkout: "on" } });
await OpenFeature.setProviderAndWait("linked", provider(overrideHeaders(signed.linkTo("https://shop.test/cart"))));
const linked = await seen(OpenFeature.getClient("linked"));
const details = await OpenFeature.getClient("linked").getBooleanDetails("checkout", false);
console.log(JSON.stringify({ before, overridden, scoped, after, linked, metadata: details.flagMetadata }));
await OpenFeature.close();
`;

const WEB_CONSUMER = `
import { OpenFeature } from "@openfeature/web-sdk";
import { OverridableProvider, overrideFlag } from "burgee/testing/web";

await OpenFeature.setProviderAndWait(new OverridableProvider());
const override = overrideFlag("page-size", 24);
const value: number = OpenFeature.getClient().getNumberValue("page-size", 12);
override.restore();
console.log(JSON.stringify([value, OpenFeature.getClient().getNumberValue("page-size", 12)]));
`;

describe("the installed test helpers", () => {
  let installed: InstalledPackage;
  let folder: string;
  let project: TestProject;
  let colo: Colo;

  beforeAll(async () => {
    installed = await installPackage();
    ({ folder } = installed);
    await symlink(join(installed.modules, "@openfeature"), join(folder, "node_modules/@openfeature"));
    await mkdir(join(folder, "node_modules/@types"));
    await symlink(join(installed.modules, "@types/node"), join(folder, "node_modules/@types/node"));
    await writeFile(join(folder, "server.ts"), CONSUMER);
    await writeFile(join(folder, "web.ts"), WEB_CONSUMER);
    project = await startTestProject();
    colo = await startColo({ bindings: project.bindings });
    await project.save({ key: "checkout", default: { variant: "off" } });
    await project.save({ key: "headline", type: "string", variants: { on: "Fresh bread", off: "" } });
    await project.backends.neon.query("update environments set overrides_allowed_at = now()");
  });
  afterAll(async () => {
    await colo?.dispose();
    await project?.close();
    await installed?.remove();
  });

  const node = async (file: string, ...args: string[]): Promise<unknown> => {
    const { stdout } = await run(process.execPath, [join(folder, file), ...args], { timeout: 20_000 });
    return JSON.parse(stdout);
  };

  test("overrides flags of an app with a running worker, locally and through a signed link", async ({ expect }) => {
    const url = (await colo.miniflare.ready).href.replace(/\/$/, "");
    expect(await node("server.ts", url, project.serverKey, project.adminToken)).toEqual({
      before: [false, "Fresh bread"],
      overridden: [true, "Fresh bread"],
      scoped: [false, "Test bread"],
      after: [false, "Fresh bread"],
      linked: [true, "Fresh bread"],
      metadata: { override: true, flagSetId: "production", version: expect.any(String) },
    });
  });

  test("overrides flags of the web SDK", async ({ expect }) => {
    expect(await node("web.ts")).toEqual([24, 12]);
  });

  test("contains its types", async ({ expect }) => {
    const libraries = ["--lib", "es2022,esnext.disposable,dom", "--types", "node"];
    const check = (...files: string[]) => installed.checkTypes(files, libraries);
    await check("server.ts", "web.ts");
    await writeFile(
      join(folder, "wrong.ts"),
      'import { overrideFlag } from "burgee/testing";\noverrideFlag("checkout", () => true);\n',
    );
    await expect(check("wrong.ts")).rejects.toMatchObject({ stdout: expect.stringContaining("wrong.ts(2,26)") });
  });
});
