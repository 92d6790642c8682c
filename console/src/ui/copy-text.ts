import { notify, notifyFailure } from "../state/notices.ts";

/** Copies text to the clipboard, and says whether that worked. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify("Copied");
  } catch (error) {
    notifyFailure("Could not copy", error);
  }
}
