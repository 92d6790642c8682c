/**
 * Runs a small concurrent program in every order in which its I/O can happen. Each I/O waits as a step until the
 * explorer picks it. A schedule is the list of picks. The explorer finds the next schedule depth first and replays the
 * program from its start. Schedules that reach the same state have the same future, so that runs once and counts for
 * each of them.
 */

interface Step {
  process: string;
  name: string;
  run: () => Promise<unknown>;
  /** False if the process does not learn the result yet. */
  isVisible: boolean;
}

/** The I/O of one run of the program. */
export class Schedule {
  /** The names of the steps so far, in order. */
  readonly trace: string[] = [];
  /** The program's clock. The time of a result is part of what a process learns. */
  now: () => number = () => 0;
  #waiting: Step[] = [];
  /** The results that each process has learnt, as a number. They determine what it does next. */
  readonly #histories = new Map<string, number>();
  /** The replies that have not arrived. */
  readonly #pendingReplies = new Set<string>();

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Adds one I/O. `apply` runs atomically when the explorer picks it. Code that shares memory is one process. The name
   * distinguishes the I/O from others of the process, and the result must be plain data.
   */
  io<T>(process: string, name: string, apply: () => T | Promise<T>): Promise<T> {
    return this.#add(process, name, true, apply);
  }

  /** Like `io`, but the reply arrives in a step of its own, so other steps can happen in between. */
  async slowIo<T>(process: string, name: string, apply: () => T): Promise<T> {
    const reply = await this.#add(process, name, false, apply);
    const message = `${process} ${name} ${textOf(reply)}`;
    this.#pendingReplies.add(message);
    return this.#add(process, `${name}: the reply arrives`, true, () => {
      this.#pendingReplies.delete(message);
      return reply;
    });
  }

  #add<T>(process: string, name: string, isVisible: boolean, apply: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = async (): Promise<unknown> => {
        try {
          const result = await apply();
          resolve(result);
          return result;
        } catch (error) {
          const failure = error instanceof Error ? error : new Error(String(error));
          reject(failure);
          return String(failure);
        }
      };
      this.#waiting.push({ process, name, run, isVisible });
    });
  }

  /** Runs one of the waiting steps and all code that follows without further I/O. */
  async step(pick: number): Promise<void> {
    const [step] = this.#waiting.splice(pick, 1);
    if (!step) throw new RangeError(`there is no step ${pick}`);
    const { process, name } = step;
    this.trace.push(`${process} ${name}`);
    const result = await step.run();
    if (step.isVisible) {
      const before = this.#histories.get(process) ?? 0;
      this.#histories.set(process, numberOf(`${before} ${this.now()} ${name} ${textOf(result)}`));
    }
    await quiet();
  }

  /** Runs the steps in the order in which they were added, until the promise has settled. */
  async drain<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const watched = promise.finally(() => (isSettled = true));
    // The caller gets the error from the returned promise. Here a rejection only ends the loop.
    watched.catch(() => undefined);
    await quiet();
    while (!isSettled || this.#waiting.length > 0) {
      if (this.#waiting.length === 0) throw new Error(`the program waits for ever after ${this.trace.join(", ")}`);
      await this.step(0);
    }
    return watched;
  }

  /** Returns a text that is the same for the same state of all processes. */
  state(): string {
    const histories = [...this.#histories].map(([process, history]) => `${process} ${history}`);
    return [...histories.toSorted(), ...[...this.#pendingReplies].toSorted()].join("; ");
  }
}

export interface Program {
  /** Starts all concurrent work. */
  start(): void;
  /** Returns a text that is the same for the same state of everything that the processes share. */
  shared(): string;
  /** Returns a problem, if there is one. Called after every step. */
  check(): string | undefined;
  /** Returns a problem, if there is one. Called once no step is left. */
  finish(): Promise<string | undefined>;
}

export interface Explored {
  schedules: number;
  /** The number of schedules with a problem. */
  bad: number;
  /** The number of different states. */
  states: number;
  /** The number of times that the program ran. */
  runs: number;
  /** The first schedule for each kind of problem. */
  examples: Map<string, string[]>;
}

interface Count {
  schedules: number;
  bad: number;
}

/** A state on the path from the start, and the counts of the schedules below it. */
interface Node extends Count {
  key: string;
  width: number;
  pick: number;
  /** Whether the step picked here caused a problem. Every schedule that begins with it is then bad. */
  isBad: boolean;
}

/** Runs every schedule of a program, which `make` builds anew for each. @throws Error after `maxRuns` runs */
export async function explore(
  make: (schedule: Schedule) => Program | Promise<Program>,
  { maxRuns = Number.POSITIVE_INFINITY } = {},
): Promise<Explored> {
  const known = new Map<string, Count>();
  const path: Node[] = [];
  const examples = new Map<string, string[]>();
  let runs = 0;
  for (;;) {
    if (runs === maxRuns) throw new Error(`not all schedules were reached in ${maxRuns} runs`);
    runs += 1;
    const schedule = new Schedule();
    let found: Count | undefined = await runToKnownState(await make(schedule), schedule, { known, path, examples });
    while (found) {
      const node: Node | undefined = path.at(-1);
      if (!node) return { ...found, states: known.size, runs, examples };
      node.schedules += found.schedules;
      node.bad += node.isBad ? found.schedules : found.bad;
      node.isBad = false;
      node.pick += 1;
      if (node.pick < node.width) break;
      path.pop();
      found = { schedules: node.schedules, bad: node.bad };
      known.set(node.key, found);
    }
  }
}

/**
 * Replays the path and continues until no step is left or it reaches a known state. Returns the counts of the schedules
 * from there.
 */
async function runToKnownState(
  program: Program,
  schedule: Schedule,
  { known, path, examples }: { known: Map<string, Count>; path: Node[]; examples: Map<string, string[]> },
): Promise<Count> {
  const note = (problem: string | undefined): boolean => {
    if (problem !== undefined && !examples.has(problem)) examples.set(problem, [...schedule.trace]);
    return problem !== undefined;
  };
  program.start();
  await quiet();
  for (let depth = 0; ; depth += 1) {
    let node = path[depth];
    if (!node) {
      const key = `${schedule.state()} ${program.shared()}`;
      const count = known.get(key);
      if (count) return count;
      if (schedule.waiting === 0) {
        const leaf = { schedules: 1, bad: note(await program.finish()) ? 1 : 0 };
        known.set(key, leaf);
        return leaf;
      }
      node = { key, width: schedule.waiting, pick: 0, isBad: false, schedules: 0, bad: 0 };
      path.push(node);
    }
    await schedule.step(node.pick);
    node.isBad = note(program.check()) || node.isBad;
  }
}

const numbers = new Map<string, number>();

/** Returns the number that stands for a long text. */
function numberOf(text: string): number {
  let number = numbers.get(text);
  if (number === undefined) {
    number = numbers.size + 1;
    numbers.set(text, number);
  }
  return number;
}

function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Map ? [...(part as Map<unknown, unknown>)] : part,
  );
}

/** Resolves when every promise has settled that can settle without I/O. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
