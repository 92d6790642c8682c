import type { JSX } from "preact";
import { Dialog } from "./dialog.tsx";
import { Changes } from "./words/differences.tsx";
import { createPrompt } from "./prompt.ts";

/** A flag or a segment. */
type Versioned = object & { version?: number | undefined };

export interface Conflict {
  key: string;
  /** The version that the person started from. */
  base: Versioned;
  mine: Versioned;
  theirs: Versioned;
}

const conflict = createPrompt<Conflict, "mine" | "theirs">();

/** Shows both sets of changes; resolves with the one to keep. */
export const askConflict = conflict.ask;

/** Shows the open conflict. The page has this once. */
export function Conflicts(): JSX.Element | null {
  if (conflict.open.value === undefined) return null;
  const { key, base, mine, theirs, choose } = conflict.open.value;
  return (
    <Dialog title={`Someone else changed ${key}`} onClose={() => choose("theirs")}>
      <div class="columns">
        <section>
          <h3>Your changes</h3>
          <Changes before={comparable(base)} after={comparable(mine)} />
        </section>
        <section>
          <h3>Their changes (version {theirs.version})</h3>
          <Changes before={comparable(base)} after={comparable(theirs)} />
        </section>
      </div>
      <footer class="actions">
        <button type="button" onClick={() => choose("theirs")}>
          Keep theirs
        </button>
        <button type="button" class="primary" onClick={() => choose("mine")}>
          Overwrite with mine
        </button>
      </footer>
    </Dialog>
  );
}

/** The fields that the deployment sets, which are no changes of a person. */
const SET_BY_DEPLOYMENT = ["version", "updatedAt", "state", "lastEvaluatedAt", "lastUsedAt", "usedBy"];

function comparable(document: Versioned): object {
  return Object.fromEntries(Object.entries(document).filter(([name]) => !SET_BY_DEPLOYMENT.includes(name)));
}
