import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Flag } from "../../../../sdk/client/contract.ts";
import type { Catalogue } from "../../state/catalogue.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { isReadOnly } from "../../state/session.ts";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { lazy } from "../../ui/lazy.tsx";

const TurnOnDialog = lazy(async () => (await import("./turn-on-dialog.tsx")).TurnOnDialog);

interface Props {
  editing: Editing;
  catalogue: Catalogue;
  /** Asks the person to review the draft. */
  onReview: () => void;
}

/** A flag that serves nobody anything but its off variant, with a button that turns it on for somebody. */
export function TurnOn({ editing, catalogue, onReview }: Props): JSX.Element | null {
  const [isOpen, setOpen] = useState(false);
  const stored = editing.stored.value;
  if (stored === undefined || isReadOnly.value || !isForNobody(stored)) return null;
  return (
    <div class="turn-on">
      <p class="hint">It is not turned on for anyone in {editing.environment}.</p>
      <button type="button" onClick={() => setOpen(true)}>
        <Icon of={icons.power} /> Turn on for…
      </button>
      {isOpen && (
        <TurnOnDialog
          editing={editing}
          catalogue={catalogue}
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false);
            onReview();
          }}
        />
      )}
    </div>
  );
}

function isForNobody({ kind = "flag", rules = [], default: serve, offVariant = null, variants }: Flag): boolean {
  const isOff = "variant" in serve && (serve.variant === null || serve.variant === offVariant);
  return kind === "flag" && rules.length === 0 && isOff && Object.keys(variants).some((name) => name !== offVariant);
}
