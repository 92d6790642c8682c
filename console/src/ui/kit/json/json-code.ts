/** The code editor behind JsonEditor. It is 104 KiB of compressed script, so it loads with the first such field. */
import { history, historyKeymap, isolateHistory, standardKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { linter } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { applyEdits, format } from "jsonc-parser";
import { jsonProblems } from "./json-problems.ts";

export interface JsonCode {
  /** Replaces the text as one change, which can be undone. */
  setText(text: string): void;
  /** Tells screen readers the problem with the text; empty if there is none. */
  setProblem(problem: string): void;
  focus(): void;
  remove(): void;
}

/**
 * Draws the editor inside `host`, in a shadow root: there CodeMirror adopts its style sheets, while in a document it
 * writes a `style` element, which the console's policy refuses.
 */
export function mountJson(
  host: HTMLElement,
  {
    text,
    label,
    isReadOnly,
    onInput,
  }: {
    text: string;
    label: string;
    isReadOnly: boolean;
    onInput: (text: string) => void;
  },
): JsonCode {
  const compartment = new Compartment();
  // An id of the page means nothing inside the shadow root, so the problem is here as text.
  const attributes = (problem: string) =>
    EditorView.contentAttributes.of({
      "aria-label": label,
      ...(problem !== "" && { "aria-invalid": "true", "aria-description": problem }),
    });
  let shown = "";
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open", delegatesFocus: true });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        history(),
        indentOnInput(),
        bracketMatching(),
        json(),
        // Tab leaves the editor, as it leaves every other field.
        keymap.of([...standardKeymap, ...historyKeymap]),
        linter(({ state }) => diagnosticsOf(state.doc.toString()), { delay: 150 }),
        syntaxHighlighting(COLOURS),
        LOOK,
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        compartment.of(attributes(shown)),
        EditorState.readOnly.of(isReadOnly),
        EditorView.updateListener.of((update) => update.docChanged && onInput(update.state.doc.toString())),
      ],
    }),
  });
  // A closed dialog gives the focus back to the host, which passes it on to the first place that takes it.
  view.scrollDOM.removeAttribute("tabindex");
  return {
    setText(wanted) {
      if (wanted === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: wanted },
        annotations: isolateHistory.of("full"),
      });
    },
    setProblem(problem) {
      if (problem === shown) return;
      shown = problem;
      view.dispatch({ effects: compartment.reconfigure(attributes(problem)) });
    },
    focus: () => view.focus(),
    remove: () => view.destroy(),
  };
}

/** Returns the text with line breaks and an indent of two spaces. Numbers and escapes stay as they are written. */
export function formatJson(text: string): string {
  return applyEdits(text, format(text, undefined, { tabSize: 2, insertSpaces: true, eol: "\n" }));
}

function diagnosticsOf(text: string) {
  return jsonProblems(text).map(({ offset, length, message }) => ({
    // At the end of the text there is nothing to underline but the character before it.
    from: Math.max(0, Math.min(offset, text.length) - (length === 0 ? 1 : 0)),
    to: Math.min(offset + length, text.length),
    severity: "error" as const,
    message,
  }));
}

/* The shadow root has the custom properties of the page, and none of its rules. */
const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--colour-0)" },
  { tag: tags.string, color: "var(--colour-2)" },
  { tag: tags.number, color: "var(--colour-1)" },
  { tag: [tags.bool, tags.null], color: "var(--colour-3)" },
]);

const LOOK = EditorView.theme({
  "&": {
    color: "var(--text)",
    backgroundColor: "var(--ground)",
    fontSize: "var(--type-2)",
    maxHeight: "60vh",
    minHeight: "6rem",
  },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--raised)", border: "none" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "& .cm-matchingBracket, & .cm-nonmatchingBracket": { backgroundColor: "transparent !important" },
  "&.cm-focused .cm-matchingBracket": { outline: "1px solid var(--soft)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)" },
  ".cm-tooltip": { color: "var(--text)", backgroundColor: "var(--ground)", border: "1px solid var(--bad)" },
});
