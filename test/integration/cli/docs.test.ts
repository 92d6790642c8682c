import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { shellWords } from "../../support/shell-words.ts";
import { type CliTest, startCliTest } from "./harness.ts";

const ROOT = new URL("../../../", import.meta.url);
const page = await readFile(new URL("docs/cli.md", ROOT), "utf8");

/** The lines of the page's shell blocks, without comments. */
const lines = [...page.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap(([, block = ""]) => block.trimEnd().split("\n"))
  .map((line) => line.replace(/\s+# .*$/, ""));

describe("docs/cli.md", () => {
  let t: CliTest;
  beforeAll(async () => {
    // The receiver of webhooks.
    t = await startCliTest({}, { fetch: async () => new Response() });
    await t.write("project.yaml", await readFile(new URL("examples/project.yaml", ROOT), "utf8"));
    await t.run("import project.yaml --create-environments");
    await t.write(".burgee-token", t.project.adminToken);
    for (const [, text = "", name = ""] of page.matchAll(/^```yaml\n(# (\S+)\n.*?)^```$/gms)) await t.write(name, text);
    await t.write("invited.csv", /^```csv\n(.*?)^```$/ms.exec(page)?.[1] ?? "");
  });
  afterAll(() => t.close());

  test("contains only commands that work, from top to bottom", async ({ expect }) => {
    const env: Record<string, string> = {
      HOME: t.folder,
      TOKEN: t.project.adminToken,
      // The first line runs in a clone, which finds its deployment.
      BURGEE_URL: "http://edge.test",
      BURGEE_TOKEN: t.project.adminToken,
    };
    const ids: Record<string, () => Promise<string>> = {
      KEY_ID: async () => (await t.run("keys list -e production --json")).json.at(-1).id,
      WEBHOOK_ID: async () => (await t.run("webhooks list --json")).json[0].id,
      TOKEN_ID: async () => (await t.run("tokens list --json")).json.at(-1).id,
      CHANGE_ID: async () => {
        await t.run("flags set checkout-redesign -e production --default off");
        return String((await t.run("audit list -e production --limit 1 --json")).json[0].id);
      },
    };
    let count = 0;
    for (const line of lines) {
      if (line.startsWith("npm ")) continue;
      for (const [name, find] of Object.entries(ids)) if (line.includes(`$${name}`)) env[name] ??= await find();
      const words = shellWords(line.replace(/^npx /, "").replaceAll("~/", `${t.folder}/`), env);
      const [first = "", assignment = ""] = words;
      if (first === "export") {
        const at = assignment.indexOf("=");
        env[assignment.slice(0, at)] = assignment.slice(at + 1);
        continue;
      }
      const command = first === "eval" ? ["completion", line.includes("zsh") ? "zsh" : "bash"] : words.slice(1);
      const to = command.indexOf(">");
      const args = to < 0 ? command : command.slice(0, to);
      const ran = await t.run(args, {
        env: { ...env, SHOP_FLAGS_TOKEN: t.project.adminToken, ACCESS_ID: "id", ACCESS_SECRET: "secret" },
      });
      expect(ran.code, `${line}\n${ran.out}${ran.err}`).toBe(0);
      if (to >= 0) {
        const path = join(t.folder, (command[to + 1] ?? "").replace(t.folder, ""));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, ran.out);
      }
      count++;
    }
    expect(count).toBeGreaterThan(50);
    expect(await t.read("key.txt")).toMatch(/^bgs_production_\w+\n$/);
    expect((await t.evaluate("checkout-redesign", { targetingKey: "u" })).body.reason).toBe("SPLIT");
  });

  test("mentions every command and every exit code", async ({ expect }) => {
    const { out } = await t.run("--help");
    const commands = [...(/^Commands:\n(.*?)\n\n/ms.exec(out)?.[1] ?? "").matchAll(/^ {2}([a-z]+)/gm)].map(
      ([, name]) => name,
    );
    expect(commands.length).toBeGreaterThan(15);
    for (const name of commands)
      if (name !== "help") expect(page, name).toMatch(new RegExp(`burgee ${name}|\`${name}\``));
    for (const code of [0, 1, 2, 3, 4, 5]) expect(page).toContain(`| ${code} |`);
  });
});
