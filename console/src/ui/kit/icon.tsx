import { createElement, type JSX } from "preact";

/** The elements of a drawing on a grid of 24 × 24: their tags and attributes. */
export type Drawing = readonly (readonly [tag: string, attributes: object])[];

/**
 * A 16 px icon in the colour of the text, with strokes of 1.5 px: `<Icon of={icons.remove} />`. Screen readers skip it,
 * so a button that shows only an icon needs an `aria-label`.
 */
export function Icon({ of }: { of: Drawing }): JSX.Element {
  return (
    <svg
      class="icon"
      width="16"
      height="16"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2.25"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {of.map(([tag, attributes]) => createElement(tag, { ...attributes, key: JSON.stringify(attributes) }))}
    </svg>
  );
}
