import type { JSX } from "preact";
import type { Draft } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { type FlagType, initialValue, isJsonType, parseValue } from "../../state/flags/variant-values.ts";
import type { Parsed } from "../../ui/fields/parsed.ts";
import { JsonSchemaField } from "./json-schema.tsx";
import { VariantValue } from "./variants/variant-value.tsx";

/** The fields that say more about the flag's values: the fallback and the JSON Schema. */
export function ValueFields({ editing }: { editing: Editing }): JSX.Element {
  return (
    <>
      <Fallback editing={editing} />
      {isJsonType(editing.draft.value.type) && <JsonSchemaField editing={editing} />}
    </>
  );
}

/** The same fields on the tab of the variants. */
export function ValuesSection({ editing }: { editing: Editing }): JSX.Element {
  return (
    <section class="card stack" aria-labelledby="all-values">
      <h2 id="all-values">All values</h2>
      <ValueFields editing={editing} />
    </section>
  );
}

/** Edits the value that code uses when an evaluation fails. A flag can have none. */
function Fallback({ editing }: { editing: Editing }): JSX.Element {
  const draft = editing.draft.value;
  const { fallback, type } = draft;
  const isSet = fallback !== undefined && fallback !== null;
  // Only `null` removes a stored fallback.
  const none = editing.stored.value?.fallback === undefined ? undefined : null;
  return (
    <>
      <label class="choice">
        <input
          type="checkbox"
          checked={isSet}
          onChange={(event) => editing.change({ fallback: event.currentTarget.checked ? firstFallback(draft) : none })}
        />
        Give code a fallback
      </label>
      <p class="hint">
        Code uses the fallback when an evaluation fails, for example without a network.
        {!isSet && " Without one, it uses the default that is written in the code."}
      </p>
      {isSet && (
        <VariantValue
          label="Fallback"
          type={type}
          value={fallback}
          pointer="/fallback"
          parse={parseFallback}
          onChange={(changed) => editing.change({ fallback: changed })}
        />
      )}
    </>
  );
}

/** Returns the value of the off variant, because people get it while the flag is off. */
function firstFallback({ type, variants, offVariant }: Draft): unknown {
  return variants.find(({ item }) => item.name === offVariant)?.item.value ?? initialValue(type) ?? {};
}

function parseFallback(type: FlagType, text: string): Parsed<unknown> {
  const parsed = parseValue(type, text);
  const isNull = "value" in parsed && parsed.value === null;
  return isNull ? { problem: "null is not a fallback: clear the box above instead" } : parsed;
}
