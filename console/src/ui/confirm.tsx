import type { JSX } from "preact";
import { FormDialog } from "./dialog-form.tsx";
import { createPrompt } from "./prompt.ts";

interface Confirmation {
  title: string;
  detail: string;
  action: string;
  isDestructive?: boolean;
  /** The text that a person must type before the action is enabled. */
  typed?: string | undefined;
}

const confirmation = createPrompt<Confirmation, boolean>();

/** Asks for a confirmation; resolves with whether it was given. */
export const confirm = confirmation.ask;

/** Shows the open confirmation. The page has this once. */
export function Confirmations(): JSX.Element | null {
  if (confirmation.open.value === undefined) return null;
  const { id, detail, choose, ...form } = confirmation.open.value;
  return (
    <FormDialog key={id} {...form} onSubmit={() => choose(true)} onClose={() => choose(false)}>
      <p>{detail}</p>
    </FormDialog>
  );
}
