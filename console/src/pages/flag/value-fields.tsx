import type { JSX } from "preact";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { isJsonType } from "../../state/flags/variant-values.ts";
import { JsonSchemaField } from "./json-schema.tsx";

/** The fields that say more about the flag's values: the fallback and the JSON Schema. */
export function ValueFields({ editing }: { editing: Editing }): JSX.Element {
  const { fallback, type } = editing.draft.value;
  return (
    <>
      <Fallback value={fallback} />
      {isJsonType(type) && <JsonSchemaField editing={editing} />}
    </>
  );
}

/** The same fields on the tab of the variants, if there are any. */
export function ValuesSection({ editing }: { editing: Editing }): JSX.Element | null {
  const { fallback, type } = editing.draft.value;
  if (fallback === undefined && !isJsonType(type)) return null;
  return (
    <section class="card stack" aria-labelledby="all-values">
      <h2 id="all-values">All values</h2>
      <ValueFields editing={editing} />
    </section>
  );
}

function Fallback({ value }: { value: unknown }): JSX.Element | null {
  if (value === undefined) return null;
  return (
    <p class="hint" data-pointer="/fallback" tabIndex={-1}>
      When an evaluation fails, code uses <code>{JSON.stringify(value)}</code>.
    </p>
  );
}
