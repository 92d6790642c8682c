/** The subject of an evaluation: a context, as rows or as JSON, and attributes that replace those of the request. */
import { exactJson } from "../../../../src/flags/formats/exact-numbers.ts";
import { type ReadonlySignal, signal, computed } from "@preact/signals";
import { readContextText, readRows, type Row, rowsOf } from "./context-form.ts";

export interface EvaluationInput {
  context: Record<string, unknown>;
  /** If `undefined`, the API uses the attributes of the console's own request. */
  request: Record<string, unknown> | undefined;
}

export interface Subject {
  readonly mode: ReadonlySignal<"form" | "json">;
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly text: ReadonlySignal<string>;
  readonly request: ReadonlySignal<readonly Row[]>;
  /** Problems by index of the row. */
  readonly rowProblems: ReadonlySignal<ReadonlyMap<number, string>>;
  readonly requestProblems: ReadonlySignal<ReadonlyMap<number, string>>;
  /** The problem with the JSON text. */
  readonly textProblem: ReadonlySignal<string | undefined>;
  /** The attribute in which sampled subjects differ. */
  readonly by: { value: string; peek(): string };
  setRows(rows: readonly Row[]): void;
  setText(text: string): void;
  setRequest(rows: readonly Row[]): void;
  /** Switches between rows and JSON, unless the current input is invalid. */
  switchMode(): void;
  /** Returns `undefined` while the input is invalid. */
  input(): EvaluationInput | undefined;
}

/**
 * Creates a subject with rows for the attributes that the flag uses, empty or with their values from `given`, which has
 * JSON. An attribute that is compared with numbers is a number at first, because text would never match. Rows that
 * stay empty are not sent.
 */
export function createSubject(
  suggested: { context: readonly string[]; request: readonly string[]; numbers?: readonly string[] },
  given: { context?: string | undefined; request?: string | undefined } = {},
): Subject {
  const names = [...new Set(["targetingKey", ...suggested.context])];
  const start = readContextText(given.context ?? '{"targetingKey":"user-1"}');
  const isForm = "values" in start && Object.entries(start.values).every(isRow);
  const mode = signal<"form" | "json">(isForm ? "form" : "json");
  const rows = signal<readonly Row[]>(isForm ? rowsFor(names, start.values, suggested.numbers) : []);
  const json = signal(given.context ?? "{}");
  const replaced = readContextText(given.request ?? "{}");
  const request = signal<readonly Row[]>(rowsFor(suggested.request, "values" in replaced ? replaced.values : {}));
  const by = signal("targetingKey");
  const read = computed(() => readRows(skipEmptyRows(rows.value)));
  const readRequest = computed(() => readRows(skipEmptyRows(request.value)));
  const readText = computed(() => readContextText(json.value));
  const hasProblems = (): boolean =>
    readRequest.peek().problems.size > 0 ||
    (mode.peek() === "form" ? read.peek().problems.size > 0 : "problem" in readText.peek());
  const context = (): Record<string, unknown> => {
    if (mode.peek() === "form") return read.peek().values;
    const parsed = readText.peek();
    return "values" in parsed ? parsed.values : {};
  };
  return {
    mode,
    rows,
    text: json,
    request,
    by,
    rowProblems: computed(() => read.value.problems),
    requestProblems: computed(() => readRequest.value.problems),
    textProblem: computed(() => ("problem" in readText.value ? readText.value.problem : undefined)),
    setRows: (next) => void (rows.value = next),
    setText: (next) => void (json.value = next),
    setRequest: (next) => void (request.value = next),
    switchMode() {
      if (hasProblems()) return;
      if (mode.peek() === "form") json.value = exactJson(context(), 2);
      else rows.value = rowsOf(context());
      mode.value = mode.peek() === "form" ? "json" : "form";
    },
    input() {
      if (hasProblems()) return undefined;
      const replaced = readRequest.peek().values;
      return { context: context(), request: Object.keys(replaced).length === 0 ? undefined : replaced };
    },
  };
}

/** Whether a row can hold an attribute: rows without a name or a value are not sent. */
function isRow([name, value]: [string, unknown]): boolean {
  return name !== "" && name === name.trim() && value !== "";
}

/** Returns rows for the values, and empty ones for the suggested names without a value, which come first. */
function rowsFor(
  suggested: readonly string[],
  values: Record<string, unknown>,
  numbers: readonly string[] = [],
): Row[] {
  const empty = (name: string): Row => ({ name, type: numbers.includes(name) ? "number" : "text", text: "" });
  const known = suggested.map((name) =>
    Object.hasOwn(values, name) ? rowsOf({ [name]: values[name] }) : [empty(name)],
  );
  const others = Object.entries(values).filter(([name]) => !suggested.includes(name));
  return [...known.flat(), ...rowsOf(Object.fromEntries(others))];
}

/** Clears the names of empty rows, so that they are not sent. The rows stay, because problems refer to their index. */
function skipEmptyRows(rows: readonly Row[]): Row[] {
  return rows.map((row) => (row.text === "" && row.type !== "boolean" ? { ...row, name: "" } : row));
}
