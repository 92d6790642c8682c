import { missingLine, type Step } from "./operations-page.ts";
import type { OperationsWorld } from "./operations-world.ts";

/** Takes one step. @throws Error if a command fails unexpectedly or does not print the promised output */
export async function takeStep(step: Step, world: OperationsWorld): Promise<void> {
  if (step.kind === "shown") return;
  if (step.kind === "happens") return await world.happens(step.what);
  let output = "";
  for (const command of step.commands) {
    const { code, text } = await world.run(command);
    output += text.endsWith("\n") || text === "" ? text : `${text}\n`;
    const isTold = step.printed?.includes(`exit code ${code}`) === true;
    if (code !== 0 && !isTold) throw new Error(`${command}\nends with ${code}:\n${text}`);
  }
  const missing = missingLine(step.printed ?? [], output);
  if (missing === undefined) return;
  throw new Error(`${step.commands.join("\n")}\nis said to print\n  ${missing}\nand prints\n${output}`);
}
