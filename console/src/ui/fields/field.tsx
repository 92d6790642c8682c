import type { ComponentChildren, JSX } from "preact";

interface FieldProps {
  /** Id of the control. */
  id: string;
  label: string;
  isLabelHidden?: boolean | undefined;
  children: ComponentChildren;
}

/** A label with its control. `children` are the control, its problem and its hint. */
export function Field({ id, label, isLabelHidden = false, children }: FieldProps): JSX.Element {
  return (
    <div class="field">
      <label for={id} class={isLabelHidden ? "visually-hidden" : undefined}>
        {label}
      </label>
      {children}
    </div>
  );
}
