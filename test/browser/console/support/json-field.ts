/** Fields for JSON: code editors once they have loaded. A field that has the focus by then stays a text area. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** Returns the field with this label. Its text area always has the text, also below a code editor. */
export function jsonField(root: Page | Locator, label: string): Locator {
  return root.locator(`.json-editor:has(label:text-is("${label}"))`);
}

/** Replaces the text of a field, after its code editor has loaded. */
export async function fillJson(root: Page | Locator, label: string, text: string): Promise<void> {
  const field = jsonField(root, label);
  // The code editor loads when a person sees its field.
  await field.scrollIntoViewIfNeeded();
  await expect.poll(() => field.locator(".json-code, textarea:focus").count()).toBe(1);
  await field.getByRole("textbox").fill(text);
}

/** Returns the label of the field that has the focus. */
export async function focusedJson(page: Page): Promise<string | null> {
  return await page.locator(".json-editor:focus-within label").textContent();
}
