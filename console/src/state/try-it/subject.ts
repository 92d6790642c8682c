/** Who is evaluated: a context as rows or as JSON, and attributes of the request to pretend. */
import { type ReadonlySignal, signal, computed } from "@preact/signals";
import { readContextText, readRows, type Row, rowsOf } from "./context-form.ts";

export interface Question {
  context: Record<string, unknown>;
  /** Undefined: those of the console's own request. */
  request: Record<string, unknown> | undefined;
}

export interface Subject {
  readonly mode: ReadonlySignal<"form" | "json">;
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly text: ReadonlySignal<string>;
  readonly request: ReadonlySignal<readonly Row[]>;
  /** Of the rows, by index. */
  readonly rowProblems: ReadonlySignal<ReadonlyMap<number, string>>;
  readonly requestProblems: ReadonlySignal<ReadonlyMap<number, string>>;
  /** Of the JSON text. */
  readonly textProblem: ReadonlySignal<string | undefined>;
  /** The attribute that sampled subjects differ in. */
  readonly by: { value: string; peek(): string };
  setRows(rows: readonly Row[]): void;
  setText(text: string): void;
  setRequest(rows: readonly Row[]): void;
  /** The other way to say the same; stays where it is while what is there cannot be read. */
  switchMode(): void;
  /** Undefined: something in it cannot be read. */
  question(): Question | undefined;
}

const text = (name: string, value = ""): Row => ({ name, type: "text", text: value });

/** Starts with the attributes that the flag asks for, to be filled in. Rows that are left empty are not sent. */
export function createSubject(suggested: { context: readonly string[]; request: readonly string[] }): Subject {
  const mode = signal<"form" | "json">("form");
  const names = [...new Set(["targetingKey", ...suggested.context])];
  const rows = signal<readonly Row[]>(names.map((name) => text(name, name === "targetingKey" ? "user-1" : "")));
  const request = signal<readonly Row[]>(suggested.request.map((name) => text(name)));
  const json = signal("{}");
  const by = signal("targetingKey");
  const read = computed(() => readRows(filled(rows.value)));
  const readRequest = computed(() => readRows(filled(request.value)));
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
      if (mode.peek() === "form") json.value = JSON.stringify(context(), null, 2);
      else rows.value = rowsOf(context());
      mode.value = mode.peek() === "form" ? "json" : "form";
    },
    question() {
      if (hasProblems()) return undefined;
      const pretended = readRequest.peek().values;
      return { context: context(), request: Object.keys(pretended).length === 0 ? undefined : pretended };
    },
  };
}

/** A suggestion that was not taken up is no attribute; its place is kept, so that problems find their row. */
function filled(rows: readonly Row[]): Row[] {
  return rows.map((row) => (row.text === "" && row.type !== "yes or no" ? { ...row, name: "" } : row));
}
