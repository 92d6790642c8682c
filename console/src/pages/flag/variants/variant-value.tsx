import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type FlagType, isJsonType, parseValue, valueText } from "../../../state/flags/variant-values.ts";
import { isReadOnly } from "../../../state/session.ts";
import type { Parsed } from "../../../ui/fields/parsed.ts";
import { ParsedInput } from "../../../ui/fields/parsed-input.tsx";
import { Select } from "../../../ui/fields/select.tsx";
import { JsonEditor } from "../../../ui/kit/json/json-editor.tsx";

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
  const control = {
    value,
    format: (shown: unknown) => valueText(type, shown),
    parse: (text: string) => parse(type, text),
    onChange,
    pointer,
  };
  // A value of another type needs a new control.
  if (isJsonType(type))
    return <JsonEditor key={type} {...control} label={`${label} as JSON`} isReadOnly={isReadOnly.value} />;
  return (
    <ParsedInput
      key={type}
      {...control}
      label={label}
      {...(isLong && { lines: 4 })}
      {...(type === "integer" ? { inputMode: "numeric" } : type === "float" ? { inputMode: "decimal" } : {})}
    />
  );
}
