import { type Program, quiet, Schedule } from "./schedules.ts";

export interface Sampled {
  /** The number of different schedules that ran. */
  schedules: number;
  /** The number of schedules with a problem. */
  bad: number;
  /** The estimated number of all schedules, from the number of choices at each step (Knuth's method). */
  estimate: number;
  /** The first schedule for each kind of problem. */
  examples: Map<string, string[]>;
}

/** Runs some schedules of a program. `make` builds it anew for each, and every step is drawn from the waiting ones. */
export async function sample(
  make: (schedule: Schedule) => Program | Promise<Program>,
  { runs, random }: { runs: number; random: () => number },
): Promise<Sampled> {
  const examples = new Map<string, string[]>();
  const isBad = new Map<string, boolean>();
  let estimate = 0;
  for (let run = 0; run < runs; run += 1) {
    const schedule = new Schedule();
    const program = await make(schedule);
    const problems: (string | undefined)[] = [];
    const picks: number[] = [];
    let weight = 1;
    program.start();
    await quiet();
    while (schedule.waiting > 0) {
      const pick = Math.floor(random() * schedule.waiting);
      weight *= schedule.waiting;
      picks.push(pick);
      await schedule.step(pick);
      problems.push(program.check());
    }
    problems.push(await program.finish());
    const [problem] = problems.filter((one) => one !== undefined);
    if (problem !== undefined && !examples.has(problem)) examples.set(problem, [...schedule.trace]);
    isBad.set(picks.join(), problem !== undefined);
    estimate += weight / runs;
  }
  return { schedules: isBad.size, bad: [...isBad.values()].filter(Boolean).length, estimate, examples };
}
