import type { JSX } from "preact";
import { dismiss, notices } from "../state/notices.ts";
import { RemoveButton } from "./remove-button.tsx";

export function Notices(): JSX.Element {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <div key={id} class={`notice ${kind}`}>
          <p>{text}</p>
          <RemoveButton label="Dismiss" onRemove={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
