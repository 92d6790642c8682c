import type { JSX } from "preact";
import { href } from "../../../state/route.ts";
import type { Layers } from "./prerequisite-layers.ts";

const BOX = { width: 170, height: 34 };
const GAP = { x: 120, y: 14 };
const LONGEST = 21;

/** The prerequisites as a graph from left to right, and as a list for screen readers. */
export function PrerequisiteGraph({ layers, needs }: Layers): JSX.Element {
  const places = new Map(
    layers.flatMap((layer, depth) =>
      layer.map((flag, i) => [flag, { x: depth * (BOX.width + GAP.x), y: i * (BOX.height + GAP.y) }] as const),
    ),
  );
  const width = layers.length * (BOX.width + GAP.x) - GAP.x;
  const height = Math.max(...layers.map((layer) => layer.length)) * (BOX.height + GAP.y) - GAP.y;
  return (
    <figure class="graph">
      <div class="sideways" role="img" aria-label="Graph of prerequisites, described below" tabIndex={0}>
        <svg viewBox={`-2 -2 ${width + 4} ${height + 4}`} width={width + 4} height={height + 4} aria-hidden="true">
          {needs.map(({ flag, needs: needed, variants }) => {
            const [from, to] = [places.get(flag), places.get(needed)];
            if (from === undefined || to === undefined) return null;
            const [x1, y1, x2, y2] = [from.x + BOX.width, from.y + BOX.height / 2, to.x, to.y + BOX.height / 2];
            return (
              <g key={`${flag} ${needed}`}>
                <path class="need" d={`M${x1} ${y1} C${x1 + 50} ${y1} ${x2 - 50} ${y2} ${x2} ${y2}`} />
                <text class="need" x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 4}>
                  {shorten(variants.join(" or "), 15)}
                </text>
              </g>
            );
          })}
          {[...places].map(([flag, { x, y }], i) => (
            <g key={flag} transform={`translate(${x} ${y})`} class={i === 0 ? "node own" : "node"}>
              <rect width={BOX.width} height={BOX.height} rx="6" />
              <text x={BOX.width / 2} y={BOX.height / 2 + 5}>
                {shorten(flag, LONGEST)}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <figcaption>
        <ul>
          {needs.map(({ flag, needs: needed, variants }) => (
            <li key={`${flag} ${needed}`}>
              {flag || "This flag"} needs <a href={href(["flags", needed])}>{needed}</a> to serve{" "}
              {variants.join(" or ") || "…"}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
