/** Shares out of 100,000 as percentages with up to three decimals. */
import { WEIGHT_TOTAL } from "../../../../src/flags/document.ts";
import type { Parsed } from "./parsed.ts";

const PER_PERCENT = WEIGHT_TOTAL / 100;

/** Returns the text of an input that has the percent sign beside it: `12.345` for 12,345. */
export function percentInputText(share: number): string {
  return String(share / PER_PERCENT);
}

export function parsePercent(text: string): Parsed<number> {
  const trimmed = text.trim().replace(/\s*%$/, "").replace(",", ".");
  const share = Math.round(Number(trimmed) * PER_PERCENT);
  const isShare = /^(?:\d{1,3}(?:\.\d{0,3})?|\.\d{1,3})$/.test(trimmed) && share <= WEIGHT_TOTAL;
  return isShare ? { value: share } : { problem: "must be between 0 and 100, with at most three decimals" };
}
