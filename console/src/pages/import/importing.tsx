/** The contents of the Import page: a form, the report, and the changes to an environment. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ImportedProject } from "../../../../sdk/import/index.ts";
import { EMPTY_FORM, type ImportForm, readImport } from "../../state/import/read-import.ts";
import { reasonOf } from "../../state/notices.ts";
import { Failure } from "../../ui/states.tsx";
import { ApplySection } from "./apply.tsx";
import { SourceForm } from "./form.tsx";
import { Report } from "./report.tsx";

export function Importing({ environment }: { environment: string }): JSX.Element {
  const [form, setForm] = useState<ImportForm>(EMPTY_FORM);
  const [project, setProject] = useState<ImportedProject>();
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  // A form that changes while its files are read makes their report obsolete.
  const latest = useRef(form);
  const change = (next: ImportForm): void => {
    latest.current = next;
    setForm(next);
    setProject(undefined);
    setProblem(undefined);
  };
  const read = async (): Promise<void> => {
    if (form.system === "" || isBusy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const read = await readImport(form, form.system);
      if (latest.current === form) setProject(read);
    } catch (error) {
      if (latest.current === form) setProblem(reasonOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <SourceForm form={form} isBusy={isBusy} onChange={change} onSubmit={() => void read()} />
      <Failure text={problem} />
      {project !== undefined && <Imported project={project} environment={environment} />}
    </>
  );
}

function Imported({ project, environment }: { project: ImportedProject; environment: string }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  // The report appears below the form, so the focus goes there.
  useEffect(() => heading.current?.focus(), [project]);
  return (
    <>
      <Report report={project.report} heading={heading} />
      <ApplySection key={environment} project={project} environment={environment} />
    </>
  );
}
