import type { JSX } from "preact";
import { useLayoutEffect, useId, useRef, useState } from "preact/hooks";
import {
  addIds,
  countHashes,
  type HashedLeaf,
  idsInList,
  removeIds,
  ShortIdError,
} from "../../../../src/flags/hashes/hashed-leaf.ts";
import { type IdList, IdListError, listOf, parseIds } from "../../../../src/flags/hashes/id-list.ts";
import { Field } from "../fields/field.tsx";
import { ProblemText, useField } from "../fields/problems.tsx";
import type { Leaf } from "./condition.ts";
import type { EditorProps } from "./editor-props.ts";
import { hashesText, idsText, withoutHashes } from "./hashed.ts";

type Props = Pick<EditorProps<Leaf>, "condition" | "onChange" | "pointer"> & { leaf: HashedLeaf };

/** The hashes of a condition: their number, and controls to add, remove and check plain ids. */
export function HashedValues({ condition, leaf, onChange, pointer }: Props): JSX.Element {
  const count = countHashes(leaf);
  return (
    <div class="field hashes">
      <p data-pointer={`${pointer}/packed`} tabIndex={-1}>
        <strong>{count === 0 ? "No hashes yet" : hashesText(count)}</strong>
        {count > 0 && (
          <button type="button" class="small" onClick={() => onChange(withoutHashes(condition))}>
            Remove all hashes
          </button>
        )}
      </p>
      <ProblemText pointer={`${pointer}/packed`} covers="below" />
      <ProblemText pointer={`${pointer}/values`} covers="below" />
      <PlainIds leaf={leaf} onChange={(changed) => onChange(changed as Leaf)} pointer={`${pointer}/-ids`} />
    </div>
  );
}

interface Entered {
  text: string;
  /** The text of the chosen file. */
  file: string | undefined;
  hasHeader: boolean;
}

const NOTHING: Entered = { text: "", file: undefined, hasHeader: false };

type Action = (leaf: HashedLeaf, list: IdList) => { said: string; leaf?: HashedLeaf };

/** Plain ids, which are not part of the draft. Until they are used, the form does not let anybody save. */
function PlainIds({
  leaf,
  onChange,
  pointer,
}: {
  leaf: HashedLeaf;
  onChange: (leaf: HashedLeaf) => void;
  pointer: string;
}): JSX.Element {
  const [entered, setEntered] = useState(NOTHING);
  const [said, setSaid] = useState("");
  const [files, setFiles] = useState(0);
  const { text, file, hasHeader } = entered;
  const isEmpty = text.trim() === "" && file === undefined;
  // A file is read after the click, so other fields may have changed in between.
  const patch = (change: Partial<Entered>): void => setEntered((now) => ({ ...now, ...change }));

  function run(action: Action): void {
    try {
      const result = action(leaf, idsOf(entered));
      setSaid(result.said);
      if (result.leaf === undefined) return;
      onChange(result.leaf);
      setEntered(NOTHING);
      // Another control, because only a new one has no file.
      setFiles(files + 1);
    } catch (error) {
      if (!(error instanceof IdListError) && !(error instanceof ShortIdError)) throw error;
      setSaid(error.message);
    }
  }

  return (
    <>
      <IdText text={text} hasFile={file !== undefined} onChange={(typed) => patch({ text: typed })} pointer={pointer} />
      <IdFile key={files} onChange={(chosen) => patch({ file: chosen })} />
      {file !== undefined && (
        <label class="choice">
          <input
            type="checkbox"
            checked={hasHeader}
            onChange={(event) => patch({ hasHeader: event.currentTarget.checked })}
          />
          <span>Skip the first line of the file</span>
        </label>
      )}
      <p class="actions">
        <button type="button" class="small" disabled={isEmpty} onClick={() => run(add)}>
          Add ids
        </button>
        <button type="button" class="small" disabled={isEmpty} onClick={() => run(remove)}>
          Remove ids
        </button>
        <button type="button" class="small" disabled={isEmpty} onClick={() => run(check)}>
          Check ids
        </button>
      </p>
      <p class="hint" role="status">
        {said}
      </p>
    </>
  );
}

function idsOf({ text, file, hasHeader }: Entered): IdList {
  const typed = parseIds(text);
  const read = file === undefined ? listOf([]) : parseIds(file, { hasHeader });
  const all = listOf([...typed.ids, ...read.ids]);
  return { ids: all.ids, repeated: typed.repeated + read.repeated + all.repeated };
}

const add: Action = (leaf, { ids, repeated }) => {
  const { leaf: after, changed, unchanged } = addIds(leaf, ids);
  return {
    leaf: after,
    said: countsText(`${idsText(changed)} added`, [
      [unchanged, "there already"],
      [repeated, "repeated"],
    ]),
  };
};

const remove: Action = (leaf, { ids, repeated }) => {
  const { leaf: after, changed, unchanged } = removeIds(leaf, ids);
  return {
    leaf: after,
    said: countsText(`${idsText(changed)} removed`, [
      [unchanged, "not there"],
      [repeated, "repeated"],
    ]),
  };
};

/** The number of absent ids that a check names. */
const NAMED = 5;

const check: Action = (leaf, { ids }) => {
  const found = new Set(idsInList(leaf, ids));
  const absent = ids.filter((id) => !found.has(id));
  if (absent.length === 0)
    return { said: ids.length === 1 ? "It is in the list" : `All ${idsText(ids.length)} are in the list` };
  const names = absent.slice(0, NAMED).join(", ") + (absent.length > NAMED ? ", …" : "");
  return { said: `${found.size} of ${idsText(ids.length)} in the list; not there: ${names}` };
};

function countsText(first: string, others: readonly (readonly [count: number, text: string])[]): string {
  return [first, ...others.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`)].join(", ");
}

/** The reason why a form with ids that are not in the list yet cannot be saved. */
const UNUSED = "has ids that are not used: add or remove them, or clear the field and the file";

/** Plain ids as text. */
function IdText({
  text,
  hasFile,
  onChange,
  pointer,
}: {
  text: string;
  hasFile: boolean;
  onChange: (text: string) => void;
  pointer: string;
}): JSX.Element {
  const id = useId();
  const control = useRef<HTMLTextAreaElement>(null);
  const problemOf = (typed: string): string => (typed.trim() === "" && !hasFile ? "" : UNUSED);
  const problem = problemOf(text);
  useLayoutEffect(() => {
    if (control.current === null || control.current.validationMessage === problem) return;
    control.current.setCustomValidity(problem);
    // The form tracks whether its text is valid by this event.
    control.current.dispatchEvent(new Event("input", { bubbles: true }));
  }, [problem]);
  return (
    <Field id={id} label="Ids or e-mail addresses, one per line">
      <textarea
        aria-describedby={`${id}-hint`}
        {...useField(pointer)}
        id={id}
        ref={control}
        class="code"
        rows={3}
        value={text}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => {
          const typed = event.currentTarget.value;
          // This runs before the event reaches the form, which tracks whether its text is valid.
          event.currentTarget.setCustomValidity(problemOf(typed));
          onChange(typed);
        }}
      />
      <ProblemText pointer={pointer} />
      <span class="hint" id={`${id}-hint`}>
        They are hashed here and never leave this browser. Case counts.
      </span>
    </Field>
  );
}

function IdFile({ onChange }: { onChange: (file: Entered["file"]) => void }): JSX.Element {
  const id = useId();
  return (
    <Field id={id} label="File with ids">
      <input
        id={id}
        type="file"
        accept=".txt,.csv,text/plain,text/csv"
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          if (file === undefined) onChange(undefined);
          else void file.text().then(onChange);
        }}
      />
      <span class="hint" id={`${id}-hint`}>
        One id per line, or CSV with the ids in the first column.
      </span>
    </Field>
  );
}
