import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import { schemaInOrder } from "../../../../src/flags/json-schema/in-order.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { parseValue } from "../../state/flags/variant-values.ts";
import type { Parsed } from "../../ui/fields/parsed.ts";
import { ParsedInput } from "../../ui/fields/parsed-input.tsx";

/** Edits the JSON Schema of an object or json flag as text. Empty text stands for no schema. */
export function JsonSchemaField({ editing }: { editing: Editing }): JSX.Element {
  const { jsonSchema, type } = editing.draft.value;
  const wasStored = editing.stored.value?.jsonSchema != null;
  // The control must not change its size while the person types.
  const [lines] = useState(() => Math.min(20, Math.max(4, textOf(jsonSchema).split("\n").length)));
  return (
    <ParsedInput
      key={type}
      label="JSON Schema"
      value={jsonSchema}
      format={textOf}
      parse={(text) => parseSchema(text, wasStored)}
      onChange={(changed) => editing.change({ jsonSchema: changed })}
      pointer="/jsonSchema"
      lines={lines}
      hint="Every variant must fit it. Leave it empty to allow any value."
    />
  );
}

function textOf(schema: unknown): string {
  return schema == null ? "" : exactJson(schemaInOrder(schema as JsonValue), 2);
}

function parseSchema(text: string, wasStored: boolean): Parsed<unknown> {
  // Only `null` removes a stored schema.
  if (text.trim() === "") return { value: wasStored ? null : undefined };
  const parsed = parseValue("object", text);
  return "value" in parsed && Array.isArray(parsed.value) ? { problem: "must be a JSON object" } : parsed;
}
