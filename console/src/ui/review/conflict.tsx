import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { WordedChange } from "../../../../sdk/words/changes.ts";
import type { Side } from "../../state/merge/merge.ts";
import { Dialog } from "../dialog.tsx";
import { createPrompt } from "../prompt.ts";

/** One place that two people changed. */
export interface ConflictChoice {
  pointer: string;
  /** The differences between the two sides: theirs before, mine after. */
  changes: readonly WordedChange[];
}

interface Conflict {
  key: string;
  choices: readonly ConflictChoice[];
}

type Chosen = ReadonlyMap<string, Side>;

const conflict = createPrompt<Conflict, Chosen | undefined>();

/** Asks which side of each place to keep; resolves with `undefined` if the person gives up. */
export const askConflict = conflict.ask;

/** Whether a conflict is open. The dialog whose save met it is hidden for so long, because it says "Saving…". */
export const isConflictOpen = computed(() => conflict.open.value !== undefined);

/** Shows the open conflict. The page has this once. */
export function Conflicts(): JSX.Element | null {
  if (conflict.open.value === undefined) return null;
  const { id, key, choices, choose } = conflict.open.value;
  return <ConflictDialog key={id} subject={key} choices={choices} choose={choose} />;
}

interface ConflictDialogProps {
  subject: string;
  choices: readonly ConflictChoice[];
  choose: (chosen: Chosen | undefined) => void;
}

function ConflictDialog({ subject, choices, choose }: ConflictDialogProps): JSX.Element {
  const [chosen, setChosen] = useState<Chosen>(new Map());
  const all = (side: Side): Chosen => new Map(choices.map(({ pointer }) => [pointer, side]));
  const count = choices.length === 1 ? "the same field" : `${choices.length} fields`;
  return (
    <Dialog title={`Someone else changed ${subject}`} onClose={() => choose(undefined)}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen.size === choices.length) choose(chosen);
        }}
      >
        <p>You both changed {count}. All other changes by both of you are kept.</p>
        {choices.map((choice) => (
          <Choice
            key={choice.pointer}
            choice={choice}
            side={chosen.get(choice.pointer)}
            onChoose={(side) => setChosen(new Map([...chosen, [choice.pointer, side]]))}
          />
        ))}
        <footer class="actions">
          <button type="button" onClick={() => choose(undefined)}>
            Cancel
          </button>
          {choices.length > 1 && (
            <>
              <button type="button" onClick={() => setChosen(all("theirs"))}>
                All theirs
              </button>
              <button type="button" onClick={() => setChosen(all("mine"))}>
                All mine
              </button>
            </>
          )}
          <button type="submit" class="primary" disabled={chosen.size < choices.length}>
            Continue
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface ChoiceProps {
  choice: ConflictChoice;
  side: Side | undefined;
  onChoose: (side: Side) => void;
}

function Choice({ choice: { changes }, side, onChoose }: ChoiceProps): JSX.Element {
  const name = useId();
  const option = (value: Side, label: string, text: (change: WordedChange) => string | undefined): JSX.Element => (
    <label class="choice">
      <input type="radio" name={name} checked={side === value} onChange={() => onChoose(value)} />
      <span>
        <strong>{label}</strong>{" "}
        {changes.map((change) => (
          <span key={change.subject} class="side">
            {changes.length > 1 && `${change.subject}: `}
            {text(change) ?? "removed"}
          </span>
        ))}
      </span>
    </label>
  );
  return (
    <fieldset class="sides">
      <legend>{changes.length === 1 ? changes[0]?.subject : "One change"}</legend>
      {option("mine", "Mine:", ({ after }) => after)}
      {option("theirs", "Theirs:", ({ before }) => before)}
    </fieldset>
  );
}
