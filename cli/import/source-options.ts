import type { Command } from "commander";
import {
  DOCUMENT_SYSTEMS,
  importProject,
  type ImportedProject,
  type ImportOptions,
  SDK_NAMES,
  SYSTEM_NAMES,
  type SystemName,
} from "../../sdk/import/index.ts";
import { settingsOf } from "../../sdk/import/settings.ts";
import { mergeSources, parseSource } from "../../sdk/project/source.ts";
import { UsageError } from "../exit.ts";
import { readText } from "../input.ts";
import { didYouMean, nearest } from "../nearest.ts";
import type { Terminal } from "../terminal.ts";

/** The options that say how to read another system's export. */
export interface SourceOptions {
  approximate?: boolean;
  sdk?: string;
  sourceEnvironment?: string;
  setting?: string[];
  hashVersion?: string;
}

export function withSourceOptions(command: Command): Command {
  return command
    .option("--approximate", "also import flags whose results may differ; the report marks them")
    .option("--sdk <name>", "SDK that evaluates the flags now, if SDKs differ: see the system's page")
    .option("--hash-version <number>", "version of the hash in use, for flagd and flipt: see the system's page")
    .option("--source-environment <name>", "environment to read, if the export contains several")
    .option(
      "--setting <name=value...>",
      "setting of the program that has the flags now, such as WAFFLE_FLAG_DEFAULT=True",
    );
}

export function isSystem(name: string): name is SystemName {
  return (SYSTEM_NAMES as readonly string[]).includes(name);
}

export function unknownSystem(name: string): UsageError {
  const hint = didYouMean(nearest(name, SYSTEM_NAMES));
  return new UsageError(`unknown system '${name}'${hint} (accepted: ${SYSTEM_NAMES.join(", ")})`);
}

/** Another system's export and the flags that are imported from it. */
export interface ReadProject {
  system: SystemName;
  source: unknown;
  options: ImportOptions;
  project: ImportedProject;
}

/** Reads the files of an export and imports it. @throws UsageError */
export async function readSourceProject(
  system: SystemName,
  files: readonly string[],
  given: SourceOptions,
  terminal: Terminal,
): Promise<ReadProject> {
  if (files.length === 0) throw new UsageError(`give the files that ${system} exports`);
  const isStream = DOCUMENT_SYSTEMS.has(system);
  const sources = [];
  for (const file of files) {
    const name = file === "-" ? "the standard input" : file;
    sources.push(await parseSource(await readText(file, terminal), name, isStream));
  }
  const source = mergeSources(sources, isStream);
  const sdks = SDK_NAMES[system];
  if (given.sdk !== undefined && sdks?.includes(given.sdk) === false)
    throw new UsageError(`--sdk must be ${sdks.join(" or ")} for ${system}, not '${given.sdk}'`);
  const options = importOptions(given);
  return { system, source, options, project: importProject(system, source, options) };
}

function importOptions(options: SourceOptions): ImportOptions {
  const { approximate = false, sdk, sourceEnvironment, hashVersion, setting = [] } = options;
  if (hashVersion !== undefined && !/^[123]$/.test(hashVersion))
    throw new UsageError(`--hash-version must be 1, 2 or 3, not '${hashVersion}'`);
  const given = settingsOf(setting);
  if ("invalid" in given) throw new UsageError(`--setting takes name=value, not '${given.invalid}'`);
  return {
    approximate,
    ...(sdk !== undefined && { sdk }),
    ...(hashVersion !== undefined && { hashVersion: Number(hashVersion) as 1 | 2 | 3 }),
    ...(sourceEnvironment !== undefined && { environment: sourceEnvironment }),
    settings: given.settings,
  };
}
