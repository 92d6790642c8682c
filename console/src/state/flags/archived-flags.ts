import { confirm } from "../../ui/confirm.tsx";
import { notify, notifyFailure } from "../notices.ts";
import { client } from "../session.ts";

/** Asks for a confirmation and restores an archived flag. Returns whether it was restored. */
export async function restoreArchived(key: string): Promise<boolean> {
  const detail = "It comes back in every environment with the configuration that it had, and is served at once.";
  if (!(await confirm({ title: `Restore ${key}?`, detail, action: "Restore flag", changes: [] }))) return false;
  try {
    await client.call("unarchiveFlag", { path: { key } });
    notify(`${key} restored`);
    return true;
  } catch (error) {
    notifyFailure(`Could not restore ${key}`, error);
    return false;
  }
}
