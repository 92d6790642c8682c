import { writeFile } from "node:fs/promises";
import { UsageError } from "../exit.ts";
import { readIfExists } from "../input.ts";
import { parseProject, type ProjectFile } from "./file.ts";

/** Writes a file. @throws UsageError if it cannot be written */
export async function write(path: string, text: string, name: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot write ${name}: ${code === "ENOENT" ? "its folder does not exist" : message}`);
  }
}

/**
 * Writes a generated file, unless it would replace a project file, which people write by hand: mixing up the two names
 * on a command line must not lose flags.
 *
 * @param isReplaceable returns whether a project file contains nothing that would be lost
 * @throws UsageError
 */
export async function writeGeneratedFile(
  path: string,
  text: string,
  name: string,
  isReplaceable: (project: ProjectFile) => boolean = () => false,
): Promise<void> {
  const project = projectIn(await readIfExists(path, name));
  if (project !== undefined && !isReplaceable(project)) {
    const environments = project.environments.map(({ key }) => key).join(", ");
    throw new UsageError(`${name} is a project file (${environments}) and is not replaced; choose another file`);
  }
  await write(path, text, name);
}

/** Returns the project that a text contains; `undefined` if it is none. */
function projectIn(text: string | undefined): ProjectFile | undefined {
  try {
    return text === undefined ? undefined : parseProject(text, "");
  } catch {
    return undefined;
  }
}
