/** The types of `burgee/client`, as npm installs them from the package's tarball. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, test } from "vitest";
import { type InstalledPackage, installPackage } from "../../support/package/package.ts";

let installed: InstalledPackage;
beforeAll(async () => {
  installed = await installPackage();
});
afterAll(() => installed?.remove());

const check = async (name: string, text: string, options: readonly string[]) => {
  await writeFile(join(installed.folder, name), text);
  return installed.checkTypes([name], options);
};

test.for([
  ["of browsers", ["--lib", "es2022,dom"]],
  ["of Node", ["--lib", "es2022", "--types", "node"]],
] as const)("the client has types that need only those %s", async ([, options], { expect }) => {
  await installed.linkModules(["@types"]);
  await check(
    "client.ts",
    `import { createClient, type Flag } from "burgee/client";
       const client = createClient({ url: "https://flags.example.com" });
       const { body } = await client.call("getFlag", { path: { env: "production", key: "checkout" } });
       export const flag: Flag = body;`,
    options,
  );
  await check(
    "helpers.ts",
    `import { cacheResult, type CachedFunction, createFeatureFlags } from "burgee/client";
       const { clearFeatureCache, isFeatureEnabledFresh, cacheManager, ...flags } = createFeatureFlags({
         url: "https://flags.example.com",
         key: "bgs_production_id_secret_0",
         token: () => "bga_write_id_secret_0",
         onError: ({ message }) => void message,
       });
       export const isCleared: boolean = await clearFeatureCache("checkout");
       export const isOn: boolean = await isFeatureEnabledFresh("checkout", { targetingKey: "user-1" });
       export const hits: number = (await cacheManager.getStats()).total.hits;
       const load = async (user: number) => ({ user });
       export const cached: CachedFunction<[user: number], { user: number }> = cacheResult(load, { timeoutSeconds: 60 });
       export const wasKept: boolean = flags.cacheResult(load, { keyPrefix: "user" }).invalidate(7);
       // @ts-expect-error the arguments are those of the function
       await cached("7");`,
    options,
  );
  const wrong = 'import { createClient } from "burgee/client";\ncreateClient({ url: 1 });\n';
  await expect(check("wrong.ts", wrong, options)).rejects.toMatchObject({
    stdout: expect.stringContaining("wrong.ts(2,16)"),
  });
});
