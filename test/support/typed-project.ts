import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");
const OPTIONS =
  "--ignoreConfig --strict --noEmit --skipLibCheck --allowImportingTsExtensions --module esnext --moduleResolution bundler --target es2024 --lib esnext,dom --types node --noUncheckedIndexedAccess";

/** A folder with the packages of this repository, in which files compile strictly. */
export interface TypedProject {
  /** Writes files and compiles them. Returns the mistakes that the compiler prints. */
  compile(files: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

export async function startTypedProject(): Promise<TypedProject> {
  const folder = await mkdtemp(join(tmpdir(), "burgee-types-"));
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return {
    compile: async (files) => {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      const args = [join(ROOT, "node_modules/typescript/bin/tsc"), ...OPTIONS.split(" "), ...Object.keys(files)];
      return await new Promise((done) => {
        execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout) =>
          done(error !== null && stdout === "" ? error.message : stdout),
        );
      });
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
