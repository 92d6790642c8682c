/** Checks a page with axe and with the Tab key. */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { codeLoaded } from "./loaded.ts";

interface Violation {
  id: string;
  impact: string | null;
  nodes: { target: string[]; failureSummary: string }[];
}

/** Returns the serious and critical findings of axe, each with its place. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  // Wait for transitions, so that axe measures the final colours. One whose element goes ends with an error.
  const violations = (await page.evaluate(
    `Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations === 1).map((one) => one.finished.catch(() => {})))
      .then(() => axe.run()).then(({ violations }) => violations)`,
  )) as Violation[];
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
    );
}

/** Returns by how many CSS pixels the page is wider than the window. A short page leaves the scrollbar's place free. */
export async function overflow(page: Page): Promise<number> {
  const wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  return Math.max(0, Number(await page.evaluate(wider)));
}

/** Returns the controls that Tab does not reach, or reaches without a visible focus. */
export async function keyboardFindings(page: Page): Promise<string[]> {
  await codeLoaded(page);
  const total = Number(await page.evaluate(MARK));
  const seen = new Set<string>();
  const findings: string[] = [];
  // Twice as many steps as controls, because Tab also stops at the browser's own parts of a date field.
  for (let step = 0; step < total * 2 + 20; step++) {
    await page.keyboard.press("Tab");
    const [stop, name, isShown] = (await page.evaluate(FOCUSED)) as [string | null, string, boolean];
    if (stop === null) continue;
    if (!isShown) findings.push(`the focus is not visible on ${name}`);
    seen.add(stop);
    if (seen.size === total) break;
  }
  const missed = (await page.evaluate(`[...document.querySelectorAll("[data-stop]")]
    .filter((one) => !${JSON.stringify([...seen])}.includes(one.dataset.stop)).map((one) => one.outerHTML.slice(0, 120))`)) as string[];
  return [...new Set(findings), ...missed.map((html) => `Tab does not reach ${html}`)];
}

/**
 * Numbers the controls and returns their count. Tab stops at one control of a group that arrow keys move in: the chosen
 * one, or the first.
 */
const MARK = `(() => {
  const root = document.querySelector("dialog[open]") ?? document;
  const all = [...root.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")];
  const stops = all.filter((one) => one.checkVisibility({ visibilityProperty: true }) &&
    !one.matches(":disabled, [aria-hidden='true'], [data-roving] [tabindex='-1']") &&
    (one.type !== "radio" || one === (root.querySelector(\`input[name="\${one.name}"]:checked\`) ??
      root.querySelector(\`input[name="\${one.name}"]\`))));
  for (const one of document.querySelectorAll("[data-stop]")) delete one.dataset.stop;
  stops.forEach((one, i) => { one.dataset.stop = String(i); });
  return stops.length;
})()`;

/** Returns the focused control, its markup, and whether it or the element that draws it has an outline. */
const FOCUSED = `(() => {
  const one = document.activeElement;
  const drawn = [one, one?.nextElementSibling, one?.parentElement].filter((part) => part != null);
  const isShown = drawn.some((part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
  });
  return [one?.dataset.stop ?? null, one?.outerHTML.slice(0, 120) ?? "", isShown];
})()`;
