import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { ENVIRONMENT_PATTERN, ENVIRONMENT_RULE } from "../../src/flags/limits.ts";
import { CI_SYSTEMS, type Ci, type InitAnswers, initFiles } from "../deployment/init-files.ts";
import { packageFolder } from "../deployment/tools.ts";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { createShow, type GlobalOptions } from "../session.ts";
import type { Terminal } from "../terminal.ts";

interface InitOptions {
  yes?: boolean;
  name?: string;
  environments?: string;
  ci?: Ci;
}

/** A worker's name is part of a host name. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NAME_RULE = "must be lower-case letters, digits and hyphens, at most 63 characters";

/** `burgee init` writes the folder of a new deployment. */
export function addInitCommand(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("init")
      .description("write the folder of a new deployment: settings, flags as code, and a workflow")
      .argument("[folder]", "folder to write; it may exist, but nothing in it is overwritten")
      .option("--yes", "ask nothing, and use the default of each option that is not given")
      .option("--name <name>", "name of the worker in your Cloudflare account (default: the folder's name)")
      .option("--environments <keys>", "environments, separated by commas (default: production,staging)")
      .addOption(new Option("--ci <system>", "workflow for flags as code (default: github)").choices(CI_SYSTEMS))
      .action(async (folder: string | undefined, options: InitOptions, command: Command) => {
        await init(folder, { ...options, ...command.optsWithGlobals<GlobalOptions>() }, terminal);
      }),
    "burgee init flags",
    "burgee init flags --yes --name shop-flags --environments production,staging",
  );
}

async function init(given: string | undefined, options: InitOptions & GlobalOptions, terminal: Terminal) {
  const { ask } = terminal;
  if (options.yes !== true && ask === undefined)
    throw new UsageError("there is no terminal for questions; add --yes, and the options whose defaults do not fit");
  const answer = async (question: string, fallback: string, option: string | undefined): Promise<string> =>
    option ??
    (options.yes === true || ask === undefined ? fallback : (await ask(question, fallback)).trim() || fallback);
  const folder = await answer("Folder", "flags", given);
  const path = resolve(terminal.cwd, folder);
  const answers = checked({
    name: await answer("Name of the worker", nameFrom(path), options.name),
    environments: await answer("Environments", "production,staging", options.environments),
    ci: await answer(`Workflow (${CI_SYSTEMS.join(", ")})`, "github", options.ci),
  });
  const files = await initFiles(answers, packageFolder(), manifest);
  const taken = [...files.keys()].filter((file) => existsSync(join(path, file)));
  if (taken.length > 0) throw new UsageError(`${folder} already has ${taken.join(", ")}; nothing was written`);
  const { dryRun = false, json = false } = options;
  if (!dryRun) {
    for (const [file, text] of files) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), text);
    }
  }
  const result = { ...(dryRun ? { dryRun } : {}), folder, files: [...files.keys()] };
  createShow(json, terminal)(result, () => {
    const lines = result.files.map((file) => `${dryRun ? "would write" : "wrote"} ${join(folder, file)}`);
    const enter = path === resolve(terminal.cwd) ? "" : `  cd ${quoted(folder)}\n`;
    return `${lines.join("\n")}\n\nNext:\n${enter}  npm install\n  npm run dev`;
  });
}

/** Quotes a folder that a shell would read as several words. */
function quoted(folder: string): string {
  return /^[\p{L}\p{N}._~/\\:-]+$/u.test(folder) ? folder : `"${folder}"`;
}

function checked({ name, environments, ci }: Record<keyof InitAnswers, string>): InitAnswers {
  if (!NAME.test(name)) throw new UsageError(`the worker's name ${NAME_RULE}, not '${name}'`);
  const keys = environments.split(",").map((key) => key.trim());
  const wrong = keys.find((key) => !ENVIRONMENT_PATTERN.test(key));
  if (wrong !== undefined)
    throw new UsageError(`environments must be keys, separated by commas; '${wrong}' must be ${ENVIRONMENT_RULE}`);
  if (!(CI_SYSTEMS as readonly string[]).includes(ci))
    throw new UsageError(`the workflow must be ${CI_SYSTEMS.join(" or ")}, not '${ci}'`);
  return { name, environments: [...new Set(keys)], ci: ci as Ci };
}

/** Returns a name for the worker from the folder's. */
function nameFrom(path: string): string {
  const name = basename(path)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
  return NAME.test(name) ? name : "burgee";
}
