import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import manifest from "../../../package.json" with { type: "json" };
import type { ImportOptions, SystemName } from "../../../sdk/import/index.ts";
import { UsageError } from "../../exit.ts";
import { readIfExists } from "../../input.ts";
import { ORACLES } from "./index.ts";
import type { Oracle, OracleSystem } from "./oracle.ts";

/** The versions with which this project's tests run. */
const TESTED: Readonly<Record<string, string>> = manifest.devDependencies;

/** A started SDK and its name with the version, for messages. */
export interface LoadedOracle {
  oracle: Oracle;
  name: string;
}

/**
 * Starts a system's own SDK over an export. The SDK is the one that a program in `folder` would import, because it is
 * not a part of this package.
 *
 * @param warn is called if the SDK has another major version than the tested one
 * @throws UsageError if the system has no SDK for Node.js, or it is not installed
 */
export async function loadOracle(
  system: SystemName,
  source: unknown,
  { folder, options, warn }: { folder: string; options: ImportOptions; warn: (text: string) => void },
): Promise<LoadedOracle> {
  const found = ORACLES[system];
  if (found === undefined)
    throw new UsageError(
      `${system} has no SDK for Node.js that could evaluate the export; record its own results in a file and use --results <file>`,
    );
  const { sdk, version } = await importSdk(system, found, folder);
  const tested = TESTED[found.package] ?? "";
  const name = `${found.package} ${version}`;
  if (majorOf(version) !== majorOf(tested)) warn(`${name} is installed; this command is tested with ${tested}`);
  try {
    return { oracle: await found.start(sdk, source, options), name };
  } catch (error) {
    throw new UsageError(`${name} cannot evaluate the export: ${(error as Error).message}`);
  }
}

async function importSdk(
  system: SystemName,
  { package: name, modules = [] }: OracleSystem,
  folder: string,
): Promise<{ sdk: object; version: string }> {
  const { resolve } = createRequire(join(folder, "burgee.js"));
  const range = `${name}@^${TESTED[name] ?? ""}`;
  try {
    const files = [name, ...modules].map((module) => resolve(module));
    const loaded = await Promise.all(files.map((file) => import(pathToFileURL(file).href) as Promise<Module>));
    // Names of a module in CommonJS that Node.js cannot foresee are only in its default export.
    const sdk = Object.assign({}, ...loaded.flatMap((module) => [module.default, module])) as object;
    return { sdk, version: await versionOf(name, files[0] ?? "") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "MODULE_NOT_FOUND") throw new UsageError(`${name} cannot be loaded: ${message}`);
    throw new UsageError(
      `the SDK that evaluates flags of ${system} is not installed in ${folder} or above; install it with \`npm install --no-save ${range}\`, or use --results <file>`,
    );
  }
}

interface Module {
  default?: object;
}

/** Returns the version of a package that contains a file. */
async function versionOf(name: string, file: string): Promise<string> {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const text = await readIfExists(join(folder, "package.json"));
    const found = text === undefined ? {} : (JSON.parse(text) as { name?: string; version?: string });
    if (found.name === name && found.version !== undefined) return found.version;
  }
  return "of an unknown version";
}

function majorOf(version: string): string {
  return version.split(".")[0] ?? "";
}
