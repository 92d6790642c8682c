/**
 * `node dev/checks/folders.ts [root]`: refuses folders of code with more files than a reader can take in. The linter
 * cannot count files, because it looks at one at a time. Exits with 1 if a folder is too large.
 */
import { posix } from "node:path";
import { ROOT, trackedFiles } from "./tracked.ts";

const MAX_FILES = 20;
const CODE = /^(?:bench|cli|console|dev|examples|sdk|src|test)\//;

const files = trackedFiles(process.argv[2] ?? ROOT).filter((path) => CODE.test(path));
const folders = Map.groupBy(files, (path) => posix.dirname(path));
for (const [folder, { length }] of folders) {
  if (length <= MAX_FILES) continue;
  process.stderr.write(
    `${folder} has ${length} files; the limit is ${MAX_FILES}: group what belongs together in a folder\n`,
  );
  process.exitCode = 1;
}
