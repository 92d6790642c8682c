import type { Command } from "commander";
import { allPages } from "../../sdk/client/client.ts";
import { byKey } from "../../sdk/project/contents.ts";
import { UsageError } from "../exit.ts";
import { readText } from "../input.ts";
import { contentsOfFile } from "../project/file-contents.ts";
import { parseProject } from "../project/file.ts";
import { linesOf } from "../project/lines.ts";
import { type GlobalOptions, openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import type { DescribedFlag } from "./types-text.ts";

/**
 * Returns the flags of a project file, or of the deployment if there is no file, sorted by key. An environment leaves
 * out the flags that it does not configure. @throws UsageError
 */
export async function describedFlags(
  command: Command,
  terminal: Terminal,
  file: string | undefined,
): Promise<DescribedFlag[]> {
  if (file === undefined) return await flagsOfDeployment(command, terminal);
  const only = command.optsWithGlobals<GlobalOptions>().environment ?? terminal.env["BURGEE_ENVIRONMENT"];
  return await flagsOfFile(file, only, terminal);
}

async function flagsOfDeployment(command: Command, terminal: Terminal): Promise<DescribedFlag[]> {
  const { client, onlyEnvironment: only } = await openSession(command, terminal);
  // The client names the environment if it does not exist.
  if (only !== undefined) await client.call("getEnvironment", { path: { env: only } });
  const all = await allPages((cursor) => client.call("listDefinitions", { query: { limit: "200", cursor } }));
  const flags = all.filter(({ environments }) => only === undefined || environments.includes(only));
  return sorted(flags as DescribedFlag[]);
}

async function flagsOfFile(file: string, only: string | undefined, terminal: Terminal): Promise<DescribedFlag[]> {
  const name = file === "-" ? "the standard input" : file;
  const text = await readText(file, terminal);
  const project = parseProject(text, name);
  const keys = project.environments.map(({ key }) => key);
  if (only !== undefined && !keys.includes(only)) {
    throw new UsageError(`${name} does not contain environment ${only} (it contains: ${keys.join(", ") || "none"})`);
  }
  const lineAt = linesOf(text);
  const flags = (only === undefined ? keys : [only]).flatMap((key) => [
    ...contentsOfFile(project, key, name, lineAt).flags.values(),
  ]);
  return sorted(flags);
}

function sorted(flags: readonly DescribedFlag[]): DescribedFlag[] {
  return [...byKey(flags).values()];
}
