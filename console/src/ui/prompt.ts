import { computed, type ReadonlySignal, signal } from "@preact/signals";

export interface Prompt<Request, Choice> {
  /** The open request, or `undefined` while nothing is asked. Each request has another `id`, the key of its dialog. */
  readonly open: ReadonlySignal<(Request & Asked<Choice>) | undefined>;
  /** Opens a request after those that were asked before, and resolves with the person's choice. */
  ask(request: Request): Promise<Choice>;
}

interface Asked<Choice> {
  id: number;
  choose: (choice: Choice) => void;
}

/**
 * Creates a prompt that one component on the page shows, and that any code can await. A request never takes the place
 * of an open one: the person may be typing into it, and its caller waits.
 */
export function createPrompt<Request, Choice>(): Prompt<Request, Choice> {
  const asked = signal<readonly (Request & Asked<Choice>)[]>([]);
  let last = 0;
  return {
    open: computed(() => asked.value[0]),
    ask: (request) =>
      new Promise((resolve) => {
        const id = ++last;
        const choose = (choice: Choice): void => {
          asked.value = asked.peek().filter((one) => one.id !== id);
          resolve(choice);
        };
        asked.value = [...asked.peek(), { ...request, id, choose }];
      }),
  };
}
