import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseDocument } from "yaml";
import { readIfExists } from "../input.ts";
import { type ProfileFile, profilePath, readProfiles } from "./profile.ts";
import type { Terminal } from "../terminal.ts";

/** Changes the user's file of profiles, keeps its comments and returns its new contents. Only the user can read it. */
export async function changeProfiles(
  terminal: Terminal,
  edit: (file: ProfileFile) => void,
  { isDryRun }: { isDryRun: boolean },
): Promise<ProfileFile> {
  const path = profilePath(terminal.env);
  const before = await readProfiles(terminal);
  const after = structuredClone(before);
  edit(after);
  if (isDryRun) return after;
  const document = parseDocument((await readIfExists(path)) ?? "");
  if (after.default === undefined) document.delete("default");
  else document.set("default", after.default);
  for (const name of Object.keys(before.profiles)) {
    if (!Object.hasOwn(after.profiles, name)) document.deleteIn(["profiles", name]);
  }
  if (!document.has("profiles")) document.set("profiles", document.createNode({}));
  for (const [name, profile] of Object.entries(after.profiles)) {
    if (JSON.stringify(profile) !== JSON.stringify(before.profiles[name])) {
      document.setIn(["profiles", name], document.createNode(profile));
    }
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Write a new file and rename it, so that no reader sees half a file or one with wider permissions.
  const temporary = `${path}.${process.pid}.new`;
  await writeFile(temporary, document.toString(), { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, path);
  return after;
}
