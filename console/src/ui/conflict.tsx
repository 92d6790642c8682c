import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { differences } from "../../../sdk/client/differences.ts";
import { Dialog } from "./dialog.tsx";
import { DifferenceList } from "./differences.tsx";

/** Of flags and segments. */
type Versioned = object & { version?: number | undefined };

export interface Conflict {
  key: string;
  /** What the person had started from. */
  base: Versioned;
  mine: Versioned;
  theirs: Versioned;
}

type Choice = "mine" | "theirs";

const open = signal<(Conflict & { answer: (choice: Choice) => void }) | undefined>(undefined);

/** Shows what both have changed; resolves with the one to keep. */
export function askConflict(conflict: Conflict): Promise<Choice> {
  return new Promise((resolve) => {
    open.value = {
      ...conflict,
      answer: (choice) => {
        open.value = undefined;
        resolve(choice);
      },
    };
  });
}

/** Where conflicts appear; once per page. */
export function Conflicts(): JSX.Element | null {
  if (open.value === undefined) return null;
  const { key, base, mine, theirs, answer } = open.value;
  return (
    <Dialog title={`Somebody else changed ${key}`} onClose={() => answer("theirs")}>
      <div class="columns">
        <section>
          <h3>Your change</h3>
          <DifferenceList differences={changes(base, mine)} />
        </section>
        <section>
          <h3>Their change (version {theirs.version})</h3>
          <DifferenceList differences={changes(base, theirs)} />
        </section>
      </div>
      <footer class="actions">
        <button type="button" onClick={() => answer("theirs")}>
          Keep theirs
        </button>
        <button type="button" class="primary" onClick={() => answer("mine")}>
          Save mine over it
        </button>
      </footer>
    </Dialog>
  );
}

function changes(base: Versioned, changed: Versioned) {
  return differences(comparable(base), comparable(changed));
}

/** Without what every write changes. */
function comparable(document: Versioned): object {
  return { ...document, version: 0, updatedAt: "" };
}
