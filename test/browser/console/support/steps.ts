import type { Locator } from "playwright-core";

/**
 * Counts what a person does for a task. A step is a press, a choice from a list, or a field that the person fills in.
 * Typing a key to confirm is counted apart, because only dangerous changes ask for it.
 */
export class Steps {
  #steps = 0;
  #confirmations = 0;

  /** The steps and confirmations so far. */
  get taken(): { steps: number; confirmations: number } {
    return { steps: this.#steps, confirmations: this.#confirmations };
  }

  async press(target: Locator): Promise<void> {
    await target.click();
    this.#steps++;
  }

  async choose(list: Locator, option: string): Promise<void> {
    await list.selectOption(option);
    this.#steps++;
  }

  async fill(field: Locator, text: string): Promise<void> {
    await field.fill(text);
    this.#steps++;
  }

  /** Types a key into the one field of a dialog that asks for it. */
  async confirm(dialog: Locator, key: string): Promise<void> {
    await dialog.getByLabel(/to confirm$/).fill(key);
    this.#confirmations++;
  }
}
