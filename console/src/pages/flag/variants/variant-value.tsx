import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type FlagType, isJsonType, parseValue, valueText } from "../../../state/flags/variant-values.ts";
import type { Parsed } from "../../../ui/fields/parsed.ts";
import { ParsedInput } from "../../../ui/fields/parsed-input.tsx";
import { Select } from "../../../ui/fields/select.tsx";

const BOOLEANS = [
  ["true", "true"],
  ["false", "false"],
] as const;
const LONG = 60;

/** Edits a value of the flag's type. */
export function VariantValue({
  label = "Value",
  type,
  value,
  pointer,
  parse = parseValue,
  onChange,
}: {
  label?: string;
  type: FlagType;
  value: unknown;
  pointer: string;
  parse?: (type: FlagType, text: string) => Parsed<unknown>;
  onChange: (value: unknown) => void;
}): JSX.Element {
  // The control must not change its size while the person types, so only the initial text counts.
  const [isLong] = useState(() => type === "string" && (String(value).length > LONG || String(value).includes("\n")));
  if (type === "boolean") {
    return (
      <Select
        label={label}
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
      label={isJson ? `${label} as JSON` : label}
      value={value}
      format={(shown) => valueText(type, shown)}
      parse={(text) => parse(type, text)}
      onChange={onChange}
      pointer={pointer}
      {...(lines === false ? {} : { lines })}
      {...(type === "integer" ? { inputMode: "numeric" } : type === "float" ? { inputMode: "decimal" } : {})}
    />
  );
}
