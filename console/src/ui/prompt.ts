import { type ReadonlySignal, signal } from "@preact/signals";

export interface Prompt<Request, Choice> {
  /** The open request, or `undefined` while nothing is asked. */
  readonly open: ReadonlySignal<(Request & { choose: (choice: Choice) => void }) | undefined>;
  /** Opens a request and resolves with the person's choice. */
  ask(request: Request): Promise<Choice>;
}

/** Creates a prompt that one component on the page shows, and that any code can await. */
export function createPrompt<Request, Choice>(): Prompt<Request, Choice> {
  const open = signal<(Request & { choose: (choice: Choice) => void }) | undefined>(undefined);
  return {
    open,
    ask: (request) =>
      new Promise((resolve) => {
        const choose = (choice: Choice): void => {
          open.value = undefined;
          resolve(choice);
        };
        open.value = { ...request, choose };
      }),
  };
}
