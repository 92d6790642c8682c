import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseDocument } from "yaml";
import { readIfThere } from "../input.ts";
import { type ProfileFile, profilePath, readProfiles } from "./profile.ts";
import type { Terminal } from "../terminal.ts";

/** Changes the user's file of profiles, for the user's eyes only; its comments stay. Answers what it holds then. */
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
  const document = parseDocument((await readIfThere(path)) ?? "");
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
  // Beside it and then over it: nobody reads half a file, and it is never there with wider rights.
  const beside = `${path}.${process.pid}.new`;
  await writeFile(beside, document.toString(), { mode: 0o600 });
  await chmod(beside, 0o600);
  await rename(beside, path);
  return after;
}
