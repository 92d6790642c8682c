/** Draws lines over time with uPlot. It loads with the first plot. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type PlotData, type PlotMark, timesOf } from "./plot-data.ts";

export interface Plot {
  update(data: PlotData): void;
  /** Moves the line of the pointer to a time by its index, or removes it. */
  select(index: number | undefined): void;
  remove(): void;
}

const HEIGHT = 180;

/**
 * Draws a plot in `host`. Its colours are those that the style sheets give to `figure`, because a canvas has no style
 * sheet; it is drawn again when the scheme changes.
 */
export function drawPlot(
  host: HTMLElement,
  figure: HTMLElement,
  first: PlotData,
  onPoint: (index: number | undefined) => void,
): Plot {
  let data = first;
  // Only the pointer may report a point: keys move the cursor too.
  let isPointer = false;
  const plot = new uPlot(
    {
      width: widthOf(host),
      height: HEIGHT,
      ms: 1,
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false } },
      scales: { x: { range: () => [data.from, data.to] }, y: { range: (_, __, max) => [0, Math.max(max ?? 0, 1)] } },
      ...looksOf(figure, () => data),
      hooks: {
        draw: [(drawn) => drawMarks(drawn, data.marks ?? [], coloursOf(figure).text)],
        setCursor: [({ cursor: { idx } }) => isPointer && onPoint(idx ?? undefined)],
      },
    },
    aligned(data),
    host,
  );
  const gone = new AbortController();
  const { signal } = gone;
  const redraw = (): void => plot.redraw();
  const sizes = new ResizeObserver(() => plot.setSize({ width: widthOf(host), height: HEIGHT }));
  sizes.observe(host);
  const themes = new MutationObserver(redraw);
  themes.observe(document.documentElement, { attributes: true });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal });
  host.addEventListener("pointerenter", () => void (isPointer = true), { signal });
  host.addEventListener("pointerleave", () => ((isPointer = false), onPoint(undefined)), { signal });
  return {
    update(next) {
      data = next;
      plot.setData(aligned(next));
    },
    select(index) {
      const at = index === undefined ? undefined : plot.data[0][index];
      plot.setCursor(at === undefined ? { left: -10, top: -10 } : { left: plot.valToPos(at, "x"), top: 0 });
    },
    remove() {
      gone.abort();
      sizes.disconnect();
      themes.disconnect();
      plot.destroy();
    },
  };
}

function looksOf(figure: HTMLElement, data: () => PlotData): Pick<uPlot.Options, "axes" | "series"> {
  const font = `12px ${getComputedStyle(figure).fontFamily}`;
  const text = (): string => coloursOf(figure).text;
  return {
    axes: [
      { stroke: text, grid: { show: false }, ticks: { stroke: text, width: 1, size: 4 }, font },
      {
        stroke: text,
        grid: { stroke: () => coloursOf(figure).grid, width: 1 },
        ticks: { show: false },
        font,
        size: 56,
        values: (_, splits) => splits.map((value) => data().format(value)),
      },
    ],
    series: [{}, ...data().series.map((_, i) => ({ stroke: () => coloursOf(figure).series(i), width: 2 }))],
  };
}

function coloursOf(figure: HTMLElement) {
  const styleOf = (selector: string) => getComputedStyle(figure.querySelector(selector) ?? figure);
  return {
    text: styleOf(".hint").color,
    grid: styleOf(".time-plot-canvas").borderBottomColor,
    series: (i: number) => styleOf(`[data-series="${i}"]`).color,
  };
}

/** Returns the values of every series at every time. A series without a point at a time continues past it. */
function aligned({ series }: PlotData): uPlot.AlignedData {
  const times = timesOf(series);
  const columns = series.map(({ points }) => {
    const values = new Map(points.map(({ at, value }) => [at, value]));
    return times.map((at) => values.get(at));
  });
  return [times, ...columns];
}

function drawMarks({ ctx, bbox, valToPos }: uPlot, marks: readonly PlotMark[], colour: string): void {
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { at } of marks) {
    const x = Math.round(valToPos(at, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function widthOf(host: HTMLElement): number {
  return Math.max(host.clientWidth, 100);
}
