/**
 * Runs a small concurrent program in every order in which its I/O can happen. Each I/O waits as a step until the
 * explorer picks it; a schedule is the list of picks, and the next one is found depth first, by replaying the program
 * from its start. Schedules that meet in the same state have the same future: it is run once and counted for each.
 */

interface Step {
  process: string;
  name: string;
  run: () => Promise<unknown>;
  /** False: the process does not notice yet. */
  isTold: boolean;
}

/** The I/O of one run of the program. */
export class Schedule {
  /** Names of the steps so far, in the order in which they happened. */
  readonly trace: string[] = [];
  /** The program's clock: when something happens is part of what a process is told. */
  now: () => number = () => 0;
  #waiting: Step[] = [];
  /** What each process has been told so far, which decides what it does next. */
  readonly #histories = new Map<string, number>();
  /** Answers on their way. */
  readonly #onTheWay = new Set<string>();

  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * One I/O: `apply` happens, at once as seen by everybody else, when the explorer picks it. What shares memory is one
   * process. The name tells it from others of the process; the answer must be plain data.
   */
  io<T>(process: string, name: string, apply: () => T | Promise<T>): Promise<T> {
    return this.#add(process, name, true, apply);
  }

  /** As `io`, but the answer arrives in a step of its own: others may act between. */
  async slowIo<T>(process: string, name: string, apply: () => T): Promise<T> {
    const answer = await this.#add(process, name, false, apply);
    const message = `${process} ${name} ${textOf(answer)}`;
    this.#onTheWay.add(message);
    return this.#add(process, `${name}: the answer arrives`, true, () => {
      this.#onTheWay.delete(message);
      return answer;
    });
  }

  #add<T>(process: string, name: string, isTold: boolean, apply: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = async (): Promise<unknown> => {
        try {
          const answer = await apply();
          resolve(answer);
          return answer;
        } catch (error) {
          const failure = error instanceof Error ? error : new Error(String(error));
          reject(failure);
          return String(failure);
        }
      };
      this.#waiting.push({ process, name, run, isTold });
    });
  }

  /** Makes one of the waiting steps happen, and all that follows from it without further I/O. */
  async step(pick: number): Promise<void> {
    const [step] = this.#waiting.splice(pick, 1);
    if (!step) throw new RangeError(`there is no step ${pick}`);
    const { process, name } = step;
    this.trace.push(`${process} ${name}`);
    const answer = await step.run();
    if (step.isTold) {
      const before = this.#histories.get(process) ?? 0;
      this.#histories.set(process, numberOf(`${before} ${this.now()} ${name} ${textOf(answer)}`));
    }
    await quiet();
  }

  /** Lets everything happen in the order in which it came, until the promise is settled. */
  async drain<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const watched = promise.finally(() => (isSettled = true));
    // Whoever awaits it gets the error; here it only ends the loop.
    watched.catch(() => undefined);
    await quiet();
    while (!isSettled || this.#waiting.length > 0) {
      if (this.#waiting.length === 0) throw new Error(`waits for ever after ${this.trace.join(", ")}`);
      await this.step(0);
    }
    return watched;
  }

  /** The same text for the same state of all processes. */
  state(): string {
    const told = [...this.#histories].map(([process, history]) => `${process} ${history}`);
    return [...told.toSorted(), ...[...this.#onTheWay].toSorted()].join("; ");
  }
}

export interface Program {
  /** Starts everything that runs at the same time. */
  start(): void;
  /** The same text for the same state of everything that the processes share. */
  shared(): string;
  /** After every step: what is wrong. */
  check(): string | undefined;
  /** When no step is left: what is wrong. */
  finish(): Promise<string | undefined>;
}

export interface Explored {
  schedules: number;
  /** Of these, in how many something was wrong. */
  bad: number;
  /** Different states met. */
  states: number;
  /** Times that the program ran. */
  runs: number;
  /** The first schedule for each kind of problem. */
  examples: Map<string, string[]>;
}

interface Count {
  schedules: number;
  bad: number;
}

/** A state on the path from the start, and what has been found beneath it. */
interface Node extends Count {
  key: string;
  width: number;
  pick: number;
  /** The step picked here went wrong, and with it every schedule that begins like this. */
  isBad: boolean;
}

/** Every schedule of the program that `make` builds afresh for each. @throws after `maxRuns` runs */
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
    let found: Count | undefined = await runToNews(await make(schedule), schedule, { known, path, examples });
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

/** Follows the path, and on from its end until there is no step left or a known state is met. Answers what lies there. */
async function runToNews(
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

/** A short name for a long text. */
function numberOf(text: string): number {
  let number = numbers.get(text);
  if (number === undefined) {
    number = numbers.size + 1;
    numbers.set(text, number);
  }
  return number;
}

function textOf(answer: unknown): string | undefined {
  return JSON.stringify(answer, (_key, value: unknown) =>
    value instanceof Map ? [...(value as Map<unknown, unknown>)] : value,
  );
}

/** Resolves when every promise that can go on without I/O has gone on. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
