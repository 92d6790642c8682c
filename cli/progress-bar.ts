import { SingleBar } from "cli-progress";
import type { Terminal } from "./terminal.ts";

export type ProgressBar = Pick<SingleBar, "update" | "increment" | "stop">;

/**
 * Starts a progress bar. Its timer keeps the process alive until `stop` is called.
 *
 * @param isDrawn whether the bar is wanted. It is never drawn on anything but a terminal
 */
export function startBar(
  { progress }: Terminal,
  isDrawn: boolean,
  { format, total, values = {} }: { format: string; total: number; values?: object },
): ProgressBar {
  if (!isDrawn || !progress.isTTY) return { update: () => {}, increment: () => {}, stop: () => {} };
  const bar = new SingleBar({ format, hideCursor: true, stream: progress });
  bar.start(total, 0, values);
  return bar;
}
