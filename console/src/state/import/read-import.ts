/** Reads files and options into an imported project. */
import {
  DOCUMENT_SYSTEMS,
  type ImportedProject,
  importProject,
  type ImportOptions,
  type SystemName,
} from "../../../../sdk/import/index.ts";
import { settingsOf } from "../../../../sdk/import/settings.ts";
import { mergeSources, parseSource } from "../../../../sdk/project/source.ts";
import { formOf } from "./systems.ts";

/** The contents of the form. */
export interface ImportForm {
  system: SystemName | "";
  files: readonly File[];
  sdk: string;
  hashVersion: string;
  environment: string;
  settings: string;
  approximate: boolean;
}

export const EMPTY_FORM: ImportForm = {
  system: "",
  files: [],
  sdk: "",
  hashVersion: "",
  environment: "",
  settings: "",
  approximate: false,
};

/** @throws Error that says what is wrong with the files */
export async function readImport(form: ImportForm, system: SystemName): Promise<ImportedProject> {
  const isStream = DOCUMENT_SYSTEMS.has(system);
  const sources: unknown[] = [];
  for (const file of form.files) sources.push(await parseSource(await file.text(), file.name, isStream));
  const source = mergeSources(sources, isStream);
  const project = importProject(system, source, optionsOf(form));
  const { entries } = project.report;
  const problem = entries.find(({ kind }) => kind === "source")?.notes[0]?.text;
  if (entries.length > 0 && problem === undefined) return project;
  const { label, source: expected = "" } = formOf(system);
  const names = form.files.map(({ name }) => name).join(", ");
  throw new Error(
    `${names} ${shapeText(source)}, but no flags of ${label}${problem === undefined ? "" : `: ${problem}`}. Choose the system that the file comes from, or another file. ${expected}`.trim(),
  );
}

/** Names the contents of a file without flags, so that a person sees which file it is. */
function shapeText(source: unknown): string {
  if (Array.isArray(source)) return `contains a list of ${source.length}`;
  if (typeof source !== "object" || source === null) return "contains no object";
  const names = Object.keys(source);
  return names.length === 0 ? "contains an empty object" : `contains ${names.slice(0, 5).join(", ")}`;
}

function optionsOf({ sdk, hashVersion, environment, settings, approximate }: ImportForm): ImportOptions {
  const given = settingsOf(settings.split("\n").flatMap((line) => line.trim() || []));
  if ("invalid" in given) throw new Error(`A setting has the form name=value, not “${given.invalid}”.`);
  return {
    approximate,
    ...(sdk !== "" && { sdk }),
    ...(hashVersion !== "" && { hashVersion: Number(hashVersion) as 1 | 2 | 3 }),
    ...(environment.trim() !== "" && { environment: environment.trim() }),
    settings: given.settings,
  };
}
