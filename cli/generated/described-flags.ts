import type { Command } from "commander";
import { allPages } from "../../sdk/client/client.ts";
import { byKey, storedFlag } from "../../sdk/project/contents.ts";
import { manifestFlag, type ManifestFlag } from "../../src/flags/formats/manifest.ts";
import { UsageError } from "../exit.ts";
import { readText } from "../input.ts";
import { contentsOfFile } from "../project/file-contents.ts";
import { parseProject } from "../project/file.ts";
import { linesOf } from "../project/lines.ts";
import { type GlobalOptions, openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { manifestSchema } from "./manifest-schema.ts";
import type { ManifestFileFlag } from "./manifest-text.ts";
import type { DescribedFlag } from "./types-text.ts";

/** Returns the flags of OpenFeature's manifest, as `describedFlags` does. @throws UsageError */
export async function manifestFlags(
  command: Command,
  terminal: Terminal,
  file: string | undefined,
): Promise<ManifestFileFlag[]> {
  const { environment = terminal.env["BURGEE_ENVIRONMENT"] } = command.optsWithGlobals<GlobalOptions>();
  if (file === undefined && environment === undefined) {
    const { client } = await openSession(command, terminal);
    const flags = (await client.call("getManifest")).body.flags as ManifestFlag[];
    if (flags.every(({ type }) => type !== "object")) return flags;
    const described = byKey(await describedFlags(command, terminal, undefined));
    return flags.map((flag) => withSchema(flag, described.get(flag.key)));
  }
  const described = await describedFlags(command, terminal, file);
  return described.map((flag) => withSchema(manifestFlag(flag), flag));
}

function withSchema(flag: ManifestFlag, described: DescribedFlag | undefined): ManifestFileFlag {
  if (flag.type !== "object") return flag;
  return { ...flag, schema: manifestSchema(described?.jsonSchema, flag.defaultValue) };
}

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
  const { client, onlyEnvironment } = await openSession(command, terminal);
  if (onlyEnvironment === undefined) {
    const all = await allPages((cursor) => client.call("listDefinitions", { query: { limit: "200", cursor } }));
    return sorted(all as DescribedFlag[]);
  }
  // A token of one environment may read its flags, and not the definitions of the project.
  const path = { env: onlyEnvironment };
  const flags = await allPages((cursor) => client.call("listFlags", { path, query: { limit: "200", cursor } }));
  return sorted(flags.map(storedFlag));
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
  const found = new Map<string, DescribedFlag>();
  for (const environment of only === undefined ? keys.toSorted() : [only]) {
    for (const [key, flag] of contentsOfFile(project, environment, name, lineAt).flags) {
      const known = found.get(key) ?? flag;
      found.set(key, { ...known, offVariant: known.offVariant ?? flag.offVariant });
    }
  }
  return sorted([...found.values()]);
}

function sorted(flags: readonly DescribedFlag[]): DescribedFlag[] {
  return [...byKey(flags).values()];
}
