import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Catalogue } from "../../state/catalogue.ts";
import { flagOf, freeName, row } from "../../state/flags/flag-draft.ts";
import type { Editing } from "../../state/flags/flag-editing.ts";
import { changeAudience, missingParts, nobody, turnedOnFor } from "../../state/new-flag/audience.ts";
import { FormDialog } from "../../ui/dialog-form.tsx";
import { focusFirst } from "../../ui/fields/focus.ts";
import type { Problem } from "../../ui/fields/problem.ts";
import { Problems } from "../../ui/fields/problems.tsx";
import { AudienceFields } from "./audience-fields.tsx";

/** Turns a flag on for somebody, in the draft. The person then reviews the draft as always. */
export function TurnOnDialog({
  editing,
  catalogue,
  onClose,
  onDone,
}: {
  editing: Editing;
  catalogue: Catalogue;
  onClose: () => void;
  onDone: () => void;
}): JSX.Element {
  const draft = editing.draft.value;
  const names = draft.variants.map(({ item }) => item.name);
  const first = names.find((name) => name !== draft.offVariant) ?? "";
  const [audience, setAudience] = useState(() => changeAudience(nobody(first), "everybody"));
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const apply = (): void => {
    const missing = missingParts(audience);
    setProblems(missing);
    if (missing.length > 0) return focusFirst(missing);
    const ids = draft.rules.map(({ item }) => item.id);
    const { enabled, default: serve, rules } = turnedOnFor(audience, flagOf(draft), freeName("rule", ids));
    editing.change({ enabled, default: serve, rules: rules.map(row) });
    onDone();
  };
  return (
    <FormDialog
      title={`Turn on ${draft.key} in ${editing.environment}`}
      action="Review"
      onSubmit={apply}
      onClose={onClose}
    >
      <Problems.Provider value={problems}>
        <AudienceFields
          legend="Turn it on for"
          audience={audience}
          variants={names}
          known={catalogue}
          canBeNobody={false}
          onChange={(changed) => (setAudience(changed), setProblems([]))}
        />
      </Problems.Provider>
    </FormDialog>
  );
}
