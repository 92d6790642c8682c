/** A person without a pointer. Everything here only presses keys. */
import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

export type Role = Parameters<Page["getByRole"]>[0];

/** More presses of Tab than a page of the journeys has stops. */
const MOST_STOPS = 80;

const FOCUSED = `(() => {
  const one = document.activeElement;
  return one === document.body ? "the body" : one.tagName + " " + (one.ariaLabel ?? one.textContent).trim().slice(0, 60);
})()`;

/** Waits for two frames, because the page moves the focus in the frame after a key, such as to a field's problem. */
const AT_REST = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

const isFocused = async (page: Page, wanted: Locator): Promise<boolean> =>
  (await page.locator(":focus").and(wanted).count()) > 0;

/**
 * Presses Tab until the element with this role and name has the focus. The element may already have it, as the first
 * field of a dialog does. @throws Error with the stops on the way if it does not get the focus
 */
export async function tabTo(page: Page, role: Role, name: string | RegExp, options?: TabOptions): Promise<void> {
  await tabToPlace(page, page.getByRole(role, { name, exact: true }), options);
}

interface TabOptions {
  /** The most presses. With 0, the element must have the focus already. */
  most?: number;
  key?: "Tab" | "Shift+Tab";
}

/** Does the same for an element without a role, such as the summary of a rule. */
export async function tabToPlace(
  page: Page,
  wanted: Locator,
  { most = MOST_STOPS, key = "Tab" }: TabOptions = {},
): Promise<void> {
  // The part of the page that the last key has opened may not be drawn yet.
  await wanted.first().waitFor();
  if (most === 0) {
    await expect.poll(async () => (await isFocused(page, wanted)) || page.evaluate(FOCUSED)).toBe(true);
    return;
  }
  await page.evaluate(AT_REST);
  const stops: unknown[] = [];
  for (let presses = 0; presses <= most; presses++) {
    if (await isFocused(page, wanted)) return;
    stops.push(await page.evaluate(FOCUSED));
    await page.keyboard.press(key);
  }
  throw new Error(`${most} presses of ${key} do not reach ${String(wanted)}; they stop at:\n${stops.join("\n")}`);
}

/** Goes to an element with Tab and presses a key there. */
export async function pressAt(page: Page, key: string, role: Role, name: string | RegExp): Promise<void> {
  await tabTo(page, role, name);
  await page.keyboard.press(key);
}

/** Goes to a field with Tab and replaces its text. */
export async function typeInto(page: Page, role: Role, name: string | RegExp, text: string): Promise<void> {
  await tabTo(page, role, name);
  await page.keyboard.press("Control+A");
  await page.keyboard.type(text);
}

/** Goes to the radio buttons of a group with Tab, and to one of them with the arrows. */
export async function chooseRadio(page: Page, group: readonly string[], name: string): Promise<void> {
  await tabTo(page, "radio", new RegExp(`^(${group.join("|")})$`));
  const wanted = page.getByRole("radio", { name, exact: true });
  for (let presses = 0; presses < group.length && !(await isFocused(page, wanted)); presses++) {
    await page.keyboard.press("ArrowDown");
  }
  // The arrows select; the first button of a group without a selection needs Space.
  await page.keyboard.press("Space");
  await expect.poll(() => wanted.isChecked()).toBe(true);
}

/** Waits until no dialog is open, and expects that the focus has a place on the page. */
export async function expectFocusKept(page: Page): Promise<void> {
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  // The console moves the focus in the frame after the page is drawn.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  expect(await page.evaluate(FOCUSED)).not.toBe("the body");
}
