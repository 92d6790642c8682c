/** Shares in percent. */
import { WEIGHT_TOTAL } from "../../src/flags/document.ts";

/** Returns `12.345%` for 12,345 of 100,000. Shares of other totals are rounded to three decimals. */
export function percentText(share: number, total = WEIGHT_TOTAL): string {
  const exact = total === WEIGHT_TOTAL ? share : Math.round((share * WEIGHT_TOTAL) / total);
  return `${exact / (WEIGHT_TOTAL / 100)}%`;
}

/** Returns a share that moves, rounded down to a tenth of a percent. */
export function movingPercentText(share: number, total = WEIGHT_TOTAL): string {
  const tenths = Math.floor((share * 1000) / total);
  return share > 0 && tenths === 0 ? "under 0.1%" : `${tenths / 10}%`;
}
