import type { JSX } from "preact";
import { moreText } from "../../../../sdk/words/names.ts";

/** The button below a long list that shows its next rows; nothing if all are shown. */
export function ShowMore({
  rest,
  step,
  onMore,
}: {
  /** The number of rows that are not shown yet. */
  rest: number;
  /** The number of rows that the button adds. */
  step: number;
  onMore: () => void;
}): JSX.Element | null {
  if (rest <= 0) return null;
  return (
    <button type="button" onClick={onMore}>
      Show {moreText(Math.min(step, rest))} ({rest.toLocaleString("en")} left)
    </button>
  );
}
