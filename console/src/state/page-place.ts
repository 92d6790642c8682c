/** Where the person was on a page, kept in the browser's history, so that Back leads to the same place. */

interface Place {
  /** The scroll position (CSS pixels). */
  top: number;
  /** The number of rows that were shown. */
  rows: number;
}

let rows = 0;

// The browser would scroll before the page is drawn.
history.scrollRestoration = "manual";
addEventListener("scrollend", () => keep(scrollY));

/** Keeps the number of rows that the page shows now. The browser takes up to 100 ms for it, so draw the rows first. */
export function keepRows(shown: number): void {
  rows = shown;
  const place = keptPlace();
  if (place.rows !== shown) keep(place.top);
}

/** Returns the place of the current entry of the history; the top of a page that is visited for the first time. */
export function keptPlace(): Place {
  const { place } = (history.state ?? {}) as { place?: Place };
  return place ?? { top: 0, rows: 0 };
}

function keep(top: number): void {
  history.replaceState({ ...(history.state as object | null), place: { top, rows } satisfies Place }, "");
}
