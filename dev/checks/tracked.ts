import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

/** Returns the files that git tracks or is about to track, relative to the root of a repository. */
export function trackedFiles(root: string = ROOT): string[] {
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  return list.split("\0").filter((path) => path !== "" && existsSync(resolve(root, path)));
}
