/**
 * `npm run chaos` runs every fault of L2, L3 and both, one after the other, while the built worker responds and flags
 * change. It writes the table of docs/reliability.md and exits with 1 if a promise is broken.
 *
 * `--case TEXT` runs only the cases whose name contains the text, and writes nothing. `--seconds` sets the length of
 * each fault, `--machine` the description of the machine, and `--out` the page to write to.
 */
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { seededRandom } from "../support/seeded-random.ts";
import { coldStarts, wrongColdStarts } from "./cold-start.ts";
import { CALM, type ChaosCase, CASES } from "./faults.ts";
import { brokenPromises } from "./judge.ts";
import { type CaseResult, runCase } from "./run-case.ts";
import { renderReport, replaceBetweenMarkers } from "./table.ts";
import { ChaosWorld } from "./world.ts";

/** The length of each fault. */
const DEFAULT_SECONDS = "8";

const { values } = parseArgs({
  options: {
    case: { type: "string" },
    seconds: { type: "string", default: DEFAULT_SECONDS },
    machine: { type: "string", default: `a machine with ${availableParallelism()} cores` },
    out: { type: "string", default: "docs/reliability.md" },
  },
});
const faultSeconds = Number(values.seconds);
if (!(faultSeconds >= 1 && faultSeconds <= 60)) throw new RangeError("--seconds must be a number from 1 to 60");
const nameOf = ({ kind, target }: ChaosCase) => `${kind.name} ${target}`;
const chosen = CASES.filter((one) => values.case === undefined || nameOf(one).includes(values.case));
if (chosen.length === 0) throw new RangeError(`no case has a name that contains "${values.case}"`);

const world = await ChaosWorld.start(seededRandom(1));
const broken: string[] = [];
try {
  const run = async (chaosCase: ChaosCase): Promise<CaseResult | undefined> => {
    if (chaosCase.whyNot !== undefined) return undefined;
    const places = await world.openPlaces();
    const options = { calmMs: 1000, faultMs: faultSeconds * 1000, pauseMs: 25 };
    const result = await runCase(world, { places, caseNumber: 0 }, chaosCase, options).finally(() => places.dispose());
    const problems = brokenPromises(result);
    broken.push(...problems.map((problem) => `${nameOf(chaosCase)}: ${problem}`));
    const { requests, wrong, failed, p50, p99, writes, recoveredSeconds, closedSeconds } = result;
    console.log(
      `${nameOf(chaosCase)}: ${requests} requests, ${wrong.length} wrong, ${failed.length} failed, p50 ${Math.round(p50)} ms, ` +
        `p99 ${Math.round(p99)} ms, ${writes.made} of ${writes.tried} changes through it, fresh after ` +
        `${recoveredSeconds?.toFixed(1)} s, breakers closed after ${closedSeconds?.toFixed(1)} s`,
    );
    for (const problem of problems.slice(0, 10)) console.log(`  ${problem}`);
    return result;
  };
  const calm = await run(CALM);
  if (calm === undefined) throw new Error("there is nothing to compare with");
  const cases: { chaosCase: ChaosCase; result: CaseResult | undefined }[] = [];
  for (const chaosCase of chosen) cases.push({ chaosCase, result: await run(chaosCase) });
  const starts = await coldStarts(world);
  broken.push(...wrongColdStarts(starts));
  const { machine, out } = values;
  const command = values.seconds === DEFAULT_SECONDS ? "npm run chaos" : `npm run chaos -- --seconds ${faultSeconds}`;
  const report = renderReport({ calm, cases, coldStarts: starts, faultSeconds, machine, command });
  console.log(`\n${report}\n`);
  if (values.case === undefined) await writeFile(out, replaceBetweenMarkers(await readFile(out, "utf8"), report));
} finally {
  await world.close();
}
if (broken.length > 0) {
  console.error(`${broken.length} broken promises:\n${broken.slice(0, 50).join("\n")}`);
  process.exitCode = 1;
}
