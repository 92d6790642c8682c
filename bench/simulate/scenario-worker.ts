/** Runs one scenario in a thread of its own. */
import { parentPort, workerData } from "node:worker_threads";
import type { Size } from "./result.ts";
import { runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenarios.ts";

const { scenario, size } = workerData as { scenario: Scenario; size: Size };
const result = await runScenario(scenario, size);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is for windows
parentPort?.postMessage(result);
