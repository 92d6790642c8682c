import { writeFile } from "node:fs/promises";
import { UsageError } from "../exit.ts";

/** Writes a file. @throws UsageError if it cannot be written */
export async function write(path: string, text: string, name: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot write ${name}: ${code === "ENOENT" ? "its folder does not exist" : message}`);
  }
}
