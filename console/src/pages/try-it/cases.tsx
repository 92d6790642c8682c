import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { loadCode } from "../../state/load-code.ts";
import { notify, notifyFailure, reasonOf } from "../../state/notices.ts";
import { href } from "../../state/route.ts";
import { type Case, casesOf, type Outcome, questionOfCase, testsOf } from "../../state/try-it/case.ts";
import { cases, removeCase, runCases, saveCases } from "../../state/try-it/cases.ts";
import { copyText } from "../../ui/copy-text.ts";
import { RemoveButton } from "../../ui/remove-button.tsx";
import { saveFile } from "../../ui/save-file.ts";
import { TableHead } from "../../ui/table-head.tsx";
import { Failure } from "../../ui/states.tsx";

const loadTests = () => loadCode(() => import("../../../../sdk/project/flag-tests.ts"));

/** Reads a file of tests and keeps its cases. Returns the problem, or `undefined`. */
async function importCases(file: File): Promise<string | undefined> {
  try {
    const { tests } = (await loadTests()).parseFlagTests(await file.text(), file.name);
    const found = casesOf(tests);
    const refused = saveCases(found);
    const left = tests.length - found.length;
    if (refused === undefined) {
      notify(`Imported ${countText(found.length)}${left === 0 ? "" : `. ${left} without "expect" are left out`}`);
    }
    return refused;
  } catch (error) {
    return reasonOf(error);
  }
}

async function exportCases(all: readonly Case[]): Promise<void> {
  try {
    saveFile("flags.test.yaml", (await loadTests()).flagTestsText(testsOf(all)), "application/yaml");
  } catch (error) {
    notifyFailure("Could not export the cases", error);
  }
}

/** The saved questions: run them, share them, and exchange them with `burgee test`. */
export function Cases(): JSX.Element {
  const id = useId();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>();
  const file = useRef<HTMLInputElement>(null);
  const all = cases.value;
  const testable = testsOf(all);
  const run = async (): Promise<void> => {
    setIsBusy(true);
    const found = new Map<string, Outcome>();
    await runCases(all, (name, outcome) => {
      found.set(name, outcome);
      setOutcomes(new Map(found));
    });
    setIsBusy(false);
  };
  const importFile = async (chosen: File | undefined): Promise<void> => {
    if (chosen !== undefined) setProblem(await importCases(chosen));
    if (file.current !== null) file.current.value = "";
  };
  return (
    <section class="card stack cases" aria-labelledby={id}>
      <header class="heading">
        <h2 id={id}>Cases</h2>
        <div class="row">
          <button
            type="button"
            class="small"
            disabled={testable.length === 0}
            aria-disabled={isBusy}
            onClick={() => !isBusy && void run()}
          >
            Run all
          </button>
          <button type="button" class="small" disabled={testable.length === 0} onClick={() => void exportCases(all)}>
            Export flags.test.yaml
          </button>
          <button type="button" class="small" onClick={() => file.current?.click()}>
            Import
          </button>
          <input
            ref={file}
            type="file"
            hidden
            accept=".yaml,.yml,.json"
            aria-label="File with tests"
            onChange={(event) => void importFile(event.currentTarget.files?.[0])}
          />
        </div>
      </header>
      <Failure text={problem} />
      {all.length === 0 ? (
        <p class="hint">
          A case is a question with a name, and the variant that the user must get. Save one after an evaluation, or
          import the flags.test.yaml of “burgee test”. This browser keeps them.
        </p>
      ) : (
        <>
          <Summary all={all} outcomes={outcomes} />
          <CaseTable all={all} outcomes={outcomes} />
        </>
      )}
    </section>
  );
}

interface ListProps {
  all: readonly Case[];
  outcomes: ReadonlyMap<string, Outcome>;
}

function CaseTable({ all, outcomes }: ListProps): JSX.Element {
  return (
    <table>
      <TableHead columns={["Case", "Flag", "Must get", "Result", ""]} />
      <tbody>
        {all.map((one) => (
          <CaseRow key={one.name} one={one} outcome={outcomes.get(one.name)} />
        ))}
      </tbody>
    </table>
  );
}

function Summary({ all, outcomes }: ListProps): JSX.Element {
  const known = all.flatMap(({ name }) => outcomes.get(name) ?? []);
  const passed = known.filter(({ state }) => state === "passed").length;
  return (
    <p role="status" class="hint">
      {known.length === 0
        ? countText(all.length)
        : `${countText(known.length)} run: ${passed} passed, ${known.length - passed} failed`}
    </p>
  );
}

function countText(count: number): string {
  return `${count} ${count === 1 ? "case" : "cases"}`;
}

function CaseRow({ one, outcome }: { one: Case; outcome: Outcome | undefined }): JSX.Element {
  const { name, environment, flag, expect } = one;
  const link = href(flag === undefined ? ["try"] : ["try", flag], questionOfCase(one));
  const copy = (): void => void copyText(new URL(link, location.href).href);
  return (
    <tr>
      <td>
        <a href={link}>{name}</a>
      </td>
      <td>
        {flag ?? "all flags"} <span class="hint">in {environment}</span>
      </td>
      <td>{expect === undefined ? "" : (expect ?? "code default")}</td>
      <td>
        {outcome !== undefined && (
          <span class={outcome.state === "passed" ? "good" : "bad"}>
            {outcome.state === "unknown" ? "Could not run" : outcome.state === "passed" ? "Passed" : "Failed"}:{" "}
            {outcome.text}
          </span>
        )}
      </td>
      <td>
        <div class="row">
          <button type="button" class="small" aria-label={`Copy link of ${name}`} onClick={copy}>
            Copy link
          </button>
          <RemoveButton label={`Remove ${name}`} onRemove={() => removeCase(name)} />
        </div>
      </td>
    </tr>
  );
}

interface SaveCaseProps {
  /** The question of the last evaluation, without a name. */
  question: Omit<Case, "name" | "expect">;
  /** The variants of the flag; `undefined` if the question is about all flags. */
  variants?: readonly string[] | undefined;
  /** The variant that the last evaluation gave. */
  got?: string | null | undefined;
  /** The name and expectation in the address. */
  given?: { name?: string | undefined; expect?: string | undefined };
}

/** Saves the question under a name. */
export function SaveCase({ question, variants, got, given }: SaveCaseProps): JSX.Element {
  const id = useId();
  const [name, setName] = useState(given?.name ?? "");
  const [expect, setExpect] = useState(given?.expect ?? got ?? "");
  const [problem, setProblem] = useState<string | undefined>();
  const save = (event: Event): void => {
    event.preventDefault();
    const wanted = variants === undefined ? undefined : expect === NOTHING ? undefined : expect === "" ? null : expect;
    const refused = saveCases([{ ...question, name: name.trim(), expect: wanted }]);
    setProblem(refused);
    if (refused === undefined) notify(`Saved the case ${name.trim()}`);
  };
  return (
    <form class="row save-case" aria-label="Save as a case" onSubmit={save}>
      <label class="field" for={`${id}-name`}>
        <span>Name of the case</span>
        <input
          id={`${id}-name`}
          required
          maxLength={200}
          pattern=".*\S.*"
          value={name}
          placeholder="Staff see the new checkout"
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      {variants !== undefined && (
        <label class="field" for={`${id}-expect`}>
          <span>This user must get</span>
          <select id={`${id}-expect`} value={expect} onChange={(event) => setExpect(event.currentTarget.value)}>
            {variants.map((variant) => (
              <option key={variant}>{variant}</option>
            ))}
            <option value="">code default</option>
            <option value={NOTHING}>anything</option>
          </select>
        </label>
      )}
      <button type="submit">Save as a case</button>
      <Failure text={problem} />
    </form>
  );
}

/** The choice of no expectation. A variant's name has no line break. */
const NOTHING = "\n";
