/** Checks the drawing of a page: the contrast of edges, the size of targets, and controls that cover each other. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { codeLoaded } from "./loaded.ts";

/** The least contrast of a control's edge (WCAG 2.2, 1.4.11). */
const EDGE_CONTRAST = 3;

export interface LayoutOptions {
  /** The least width and height of a target in CSS pixels. Links in text are exempt (WCAG 2.2, 2.5.8). */
  target: number;
}

/** Returns what is wrong with the drawing of the page, each with its place. */
export async function layoutFindings(page: Page, { target }: LayoutOptions): Promise<string[]> {
  await codeLoaded(page);
  const file = await readFile(join(import.meta.dirname, "layout-check.js"), "utf8");
  const check = file.replace("export function", "function");
  return (await page.evaluate(`(() => { ${check}; return check(${target}, ${EDGE_CONTRAST}); })()`)) as string[];
}
