/** The parts of the console's kit in Chromium, under the console's policy and by keyboard. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { keyboardFindings, overflow, seriousFindings } from "./console/support/audit-page.ts";
import { describeFields } from "./kit/fields.ts";
import { type Gallery, type KitWorld, type Open, startKitWorld } from "./kit/kit-world.ts";
import { describeOverlays } from "./kit/overlays.ts";

let world: KitWorld;
let gallery: Gallery;

beforeAll(async () => {
  world = await startKitWorld();
});
afterAll(() => world?.close());

const open: Open = async (options) => (gallery = await world.open(options)).page;

afterEach(async () => {
  await gallery?.close();
  // A part that writes inline styles or markup would be reported here.
  expect(gallery?.problems).toEqual([]);
});

const focusedName = (page: Page): Promise<unknown> =>
  page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()");

describe("every part", () => {
  it.each([
    ["light", 1280],
    ["dark", 360],
  ] as const)("passes axe and can be reached by Tab: %s, %i px", async (scheme, width) => {
    const page = await open({ scheme, width });
    expect(await seriousFindings(page)).toEqual([]);
    expect(await keyboardFindings(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
  });
});

describe("a menu", () => {
  const button = (page: Page) => page.getByRole("button", { name: "Actions for key web" });

  it("opens at its first item, moves in circles, and runs the chosen action", async () => {
    const page = await open();
    await button(page).press("Enter");
    await expect.poll(() => focusedName(page)).toBe("Rename");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => focusedName(page)).toBe("Delete");
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focusedName(page)).toBe("Rename");
    await page.keyboard.press("Enter");
    await page.getByText("Chosen: rename").waitFor();
    await expect.poll(() => focusedName(page)).toBe("Actions for key web");
  });

  it("opens at its last item with the up arrow, and puts destructive items there", async () => {
    const page = await open();
    await button(page).press("ArrowUp");
    await expect.poll(() => focusedName(page)).toBe("Delete");
  });

  it("finds items by their first letter, and says why one is disabled", async () => {
    const page = await open();
    await button(page).press("ArrowDown");
    await expect.poll(() => focusedName(page)).toBe("Rename");
    await page.keyboard.press("c");
    await expect.poll(() => focusedName(page)).toBe("CopyNeeds a second environment");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByRole("menu").count()).toBe(1);
    await page.keyboard.press("h");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing yet").waitFor();
  });

  it("closes with Escape and Tab, and gives the focus back", async () => {
    const page = await open();
    await button(page).press("Enter");
    await expect.poll(() => focusedName(page)).toBe("Rename");
    await page.keyboard.press("Escape");
    await expect.poll(() => focusedName(page)).toBe("Actions for key web");
    await page.keyboard.press("Enter");
    await expect.poll(() => focusedName(page)).toBe("Rename");
    await page.keyboard.press("Tab");
    await expect.poll(() => focusedName(page)).toBe("Open");
    await expect.poll(() => page.getByRole("menu").count()).toBe(0);
  });

  it("passes axe while it is open, and stands at its button inside the window", async () => {
    const page = await open({ width: 360 });
    await button(page).click();
    const menu = await page.getByRole("menu").boundingBox();
    const opener = await button(page).boundingBox();
    if (menu === null || opener === null) throw new Error("the menu is not shown");
    expect(Math.abs(menu.y - (opener.y + opener.height))).toBeLessThan(10);
    expect(menu.x).toBeGreaterThanOrEqual(0);
    expect(menu.x + menu.width).toBeLessThanOrEqual(360);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it("works in a dialog that another menu opened, and Escape closes one thing at a time", async () => {
    const page = await open();
    await page.getByRole("button", { name: "Open" }).click();
    await page.getByRole("menuitem", { name: "A dialog" }).click();
    await page.getByRole("button", { name: "Actions in the dialog" }).click();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(1);
    await page.getByRole("button", { name: "Actions in the dialog" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByText("Chosen: delete").waitFor();
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    await expect.poll(() => focusedName(page)).toBe("Open");
  });
});

describe("tabs", () => {
  const selected = (page: Page): Promise<string | null> => page.getByRole("tab", { selected: true }).textContent();

  it("move with the arrow keys and write the selection to the address", async () => {
    const page = await open();
    await page.getByRole("tab", { name: "Targeting" }).press("ArrowRight");
    await expect.poll(() => selected(page)).toBe("Variants 3");
    expect(new URL(page.url()).hash).toBe("#/?tab=variants");
    await page.keyboard.press("End");
    expect(new URL(page.url()).hash).toBe("#/?tab=history");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => selected(page)).toBe("Targeting");
    expect(new URL(page.url()).hash).toBe("#/");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => selected(page)).toBe("History");
    await expect.poll(() => focusedName(page)).toBe("History");
  });

  it("start at the tab in the address, and keep the rest of the address", async () => {
    const page = await open({ at: "#/flags/a?environment=staging&tab=variants" });
    await expect.poll(() => selected(page)).toBe("Variants 3");
    await page.getByRole("tab", { name: "History" }).click();
    expect(new URL(page.url()).hash).toBe("#/flags/a?environment=staging&tab=history");
  });

  it("keep typed text only in panels that ask for it", async () => {
    const page = await open();
    await page.getByLabel("Draft").fill("typed");
    await page.getByRole("tab", { name: "Variants" }).click();
    await page.getByLabel("Other text").fill("typed");
    await page.getByRole("tab", { name: "Targeting" }).click();
    await expect.poll(() => page.getByLabel("Draft").inputValue()).toBe("typed");
    await page.getByRole("tab", { name: "Variants" }).click();
    await expect.poll(() => page.getByLabel("Other text").inputValue()).toBe("");
  });
});

describeFields(open);
describeOverlays(open);
