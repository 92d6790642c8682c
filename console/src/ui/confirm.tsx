import type { JSX } from "preact";
import { FormDialog } from "./dialog-form.tsx";
import { createPrompt } from "./prompt.ts";

interface Confirmation {
  title: string;
  detail: string;
  /** Reasons against the action. */
  warnings?: readonly string[] | undefined;
  action: string;
  isDestructive?: boolean;
  /** The text that a person must type before the action is enabled. */
  typed?: string | undefined;
  /** The environments that the confirmed action changes; `undefined` if it changes nothing that the audit records. */
  changes?: readonly string[];
}

const confirmation = createPrompt<Confirmation, boolean>();

/** Asks for a confirmation; resolves with whether it was given. */
export const confirm = confirmation.ask;

/** Shows the open confirmation. The page has this once. */
export function Confirmations(): JSX.Element | null {
  if (confirmation.open.value === undefined) return null;
  const { id, detail, warnings = [], choose, ...form } = confirmation.open.value;
  return (
    <FormDialog key={id} {...form} changesLater onSubmit={() => choose(true)} onClose={() => choose(false)}>
      <p>{detail}</p>
      {warnings.length > 0 && (
        <ul class="warnings" aria-label="Still in use">
          {warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </FormDialog>
  );
}
