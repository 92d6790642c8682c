import type { JSX } from "preact";
import type { JsonValue } from "../../../../src/flags/document.ts";
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import { schemaInOrder } from "../../../../src/flags/json-schema/in-order.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { parseValue } from "../../state/flags/variant-values.ts";
import { isReadOnly } from "../../state/session.ts";
import type { Parsed } from "../../ui/fields/parsed.ts";
import { JsonEditor } from "../../ui/kit/json/json-editor.tsx";

/** Edits the JSON Schema of an object or json flag as text. Empty text stands for no schema. */
export function JsonSchemaField({ editing }: { editing: Editing }): JSX.Element {
  const { jsonSchema, type } = editing.draft.value;
  const wasStored = editing.stored.value?.jsonSchema != null;
  return (
    <JsonEditor
      key={type}
      label="JSON Schema"
      value={jsonSchema}
      format={textOf}
      parse={(text) => parseSchema(text, wasStored)}
      onChange={(changed) => editing.change({ jsonSchema: changed })}
      pointer="/jsonSchema"
      isReadOnly={isReadOnly.value}
      canBeEmpty
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
