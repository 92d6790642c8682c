import type { JSX } from "preact";
import { parseWhole } from "../condition/values.ts";
import { ParsedInput } from "../fields/parsed-input.tsx";
import { parsePercent, percentInputText } from "../fields/percent.ts";
import { isPercent } from "./hash-space.ts";

/** A part of a bucket space: a percentage, or a whole number if the space has another size. */
export function ShareInput({
  share,
  total,
  ...input
}: {
  label: string;
  isLabelHidden?: boolean;
  share: number;
  total: number;
  onChange: (share: number) => void;
  pointer: string;
}): JSX.Element {
  // A control of its own for each notation, because the same text means another share in the other one.
  return isPercent(total) ? (
    <ParsedInput
      key="percent"
      {...input}
      value={share}
      format={percentInputText}
      parse={parsePercent}
      inputMode="decimal"
    />
  ) : (
    <ParsedInput
      key="whole"
      {...input}
      value={share}
      format={String}
      parse={(text) => parseWhole(text, 0, total)}
      inputMode="numeric"
    />
  );
}
