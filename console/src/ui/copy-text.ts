import { notify, notifyFailure } from "../state/notices.ts";

/** Puts text into the clipboard, and tells whether that worked. */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify("Copied");
  } catch (error) {
    notifyFailure("It could not be copied", error);
  }
}
