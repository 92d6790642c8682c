import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { escapePointer } from "../../../../../sdk/words/place.ts";
import { type FlagType, isJsonType, parseValue, valueText } from "../../../state/flags/variant-values.ts";
import { ParsedInput } from "../../../ui/fields/parsed-input.tsx";
import { Select } from "../../../ui/fields/select.tsx";

const BOOLEANS = [
  ["true", "true"],
  ["false", "false"],
] as const;
const LONG = 60;

/** Edits a value of the flag's type. */
export function VariantValue({
  type,
  name,
  value,
  onChange,
}: {
  type: FlagType;
  name: string;
  value: unknown;
  onChange: (value: unknown) => void;
}): JSX.Element {
  const pointer = `/variants/${escapePointer(name)}`;
  // The control must not change its size while the person types, so only the initial text counts.
  const [isLong] = useState(() => type === "string" && (String(value).length > LONG || String(value).includes("\n")));
  if (type === "boolean") {
    return (
      <Select
        label="Value"
        value={String(value)}
        options={BOOLEANS}
        onChange={(chosen) => onChange(chosen === "true")}
        pointer={pointer}
      />
    );
  }
  const isJson = isJsonType(type);
  const lines = isJson ? Math.min(20, Math.max(4, valueText(type, value).split("\n").length)) : isLong && 4;
  return (
    <ParsedInput
      // A value of another type needs a new control.
      key={type}
      label={isJson ? "Value as JSON" : "Value"}
      value={value}
      format={(shown) => valueText(type, shown)}
      parse={(text) => parseValue(type, text)}
      onChange={onChange}
      pointer={pointer}
      {...(lines === false ? {} : { lines })}
      {...(type === "integer" ? { inputMode: "numeric" } : type === "float" ? { inputMode: "decimal" } : {})}
    />
  );
}
