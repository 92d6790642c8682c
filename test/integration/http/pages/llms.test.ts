/** llms.txt: its links, its commands, and the route that serves it. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { FILES_URL, llmsFiles } from "../../../../dev/llms.ts";
import { shellWords } from "../../../support/shell-words.ts";
import { type CliTest, startCliTest } from "../../cli/harness.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const text = await readFile(join(ROOT, "llms.txt"), "utf8");

describe("llms.txt", () => {
  let t: CliTest;
  beforeAll(async () => {
    t = await startCliTest();
  });
  afterAll(() => t.close());

  test("is up to date, and so are the lines that the worker serves", async ({ expect }) => {
    for (const [file, wanted] of await llmsFiles()) expect(await readFile(file, "utf8"), "npm run llms").toBe(wanted);
  });

  test("links to each page of docs/, and only to files that exist", async ({ expect }) => {
    const linked = Array.from(text.matchAll(/\]\(([^)]+)\)/g), ([, url = ""]) => url);
    const paths = linked.map((url) => url.slice(FILES_URL.length));
    expect(linked.filter((url, i) => !url.startsWith(FILES_URL) || !existsSync(join(ROOT, paths[i]!)))).toEqual([]);
    const pages = (await readdir(join(ROOT, "docs"), { recursive: true })).filter((path) => path.endsWith(".md"));
    const missing = pages.filter((page) => !paths.includes(`docs/${page}`) && !/^adr\/\d/.test(page));
    expect(missing).toEqual([]);
    expect(FILES_URL).toBe("https://raw.githubusercontent.com/your-organisation/burgee/main/");
  });

  test("creates, rolls out, evaluates and deletes a flag with commands that work", async ({ expect }) => {
    const block = /^```sh\n(.*?)^```$/ms.exec(text)?.[1] ?? "";
    const inline = Array.from(text.matchAll(/`npx (burgee [^`]+)`/g), ([, line = ""]) => line);
    const commands = block.split("\n").flatMap((line) => (line.startsWith("npx ") ? [line.slice(4)] : []));
    expect(commands.length).toBe(5);
    const outputs: unknown[] = [];
    // The flag must exist while the commands of the text run.
    for (const line of [...commands.slice(0, 4), ...inline, ...commands.slice(4)]) {
      const ran = await t.run(shellWords(line, {}).slice(1));
      expect(ran.code, `${line}\n${ran.err}`).toBe(0);
      if (line.includes("evaluate")) outputs.push(JSON.parse(ran.out));
    }
    expect(outputs).toEqual([expect.objectContaining({ flag: "new-search", value: true })]);
  });

  test("is served as text, with the deployment's own address", async ({ expect }) => {
    const get = await t.isolate.fetch("/llms.txt");
    expect([get.status, get.headers.get("content-type")]).toEqual([200, "text/plain; charset=UTF-8"]);
    const { origin } = new URL(get.url || "http://edge.test");
    expect(await get.text()).toBe(text.replaceAll("https://flags.example.com", origin));
    const head = await t.isolate.fetch("/llms.txt", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const options = await t.isolate.fetch("/llms.txt", { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
    expect((await t.isolate.fetch("/llms.txt", { method: "POST" })).status).toBe(405);
  });
});
