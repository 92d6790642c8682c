import type { JSX } from "preact";
import type { Draft } from "../../../state/flags/flag-draft.ts";
import type { Editing } from "../../../state/flags/flag-editing.ts";
import { InstantInput } from "../../../ui/fields/instant-input.tsx";
import { Select } from "../../../ui/fields/select.tsx";

const LIFETIMES = [
  ["", "not set"],
  ["temporary", "temporary: to be removed from the code"],
  ["permanent", "permanent: meant to stay"],
] as const;

/** How long the flag is meant to stay, and when a temporary one is due for removal. */
export function Lifetime({ editing }: { editing: Editing }): JSX.Element {
  const { lifetime, expiresAt } = editing.draft.value;
  const change = (chosen: string): void =>
    editing.change(
      chosen === "temporary"
        ? { lifetime: chosen }
        : { lifetime: (chosen || null) as Draft["lifetime"], ...(expiresAt == null ? {} : { expiresAt: null }) },
    );
  return (
    <div class="leaf">
      <Select label="Lifetime" value={lifetime ?? ""} options={LIFETIMES} onChange={change} pointer="/lifetime" />
      {lifetime === "temporary" && (
        <InstantInput
          label="Remove it by"
          value={expiresAt ?? undefined}
          onChange={(instant) => editing.change({ expiresAt: instant ?? null })}
          pointer="/expiresAt"
        />
      )}
    </div>
  );
}
