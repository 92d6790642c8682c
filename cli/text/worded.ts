/** Differences of documents in words, as lines. A terminal is often not where the reader is, so times are in UTC. */
import { changeText, documentChanges, type WordedChange } from "../../sdk/words/changes.ts";
import { oneLine } from "./escape.ts";

/** Returns the differences of two documents. One that does not exist is `undefined`. */
export function wordedChanges(before: unknown, after: unknown): WordedChange[] {
  const [old, now] = [before, after].map((document) => (isObject(document) ? document : {}));
  return documentChanges(old ?? {}, now ?? {}, { zone: "UTC", flagKey: keyOf(now) ?? keyOf(old) });
}

/** Formats each difference as one line: `Everyone else: off → on`. */
export function changeLines(changes: readonly WordedChange[]): string[] {
  return changes.map((one) => oneLine(changeText(one)));
}

/** Formats each difference as lines of a patch: `- Everyone else: off` and `+ Everyone else: on`. */
export function signedLines(changes: readonly WordedChange[], space = " "): string[] {
  return changes.flatMap(({ subject, before, after }) => [
    ...(before === undefined ? [] : [`-${space}${oneLine(`${subject}: ${before}`)}`]),
    ...(after === undefined ? [] : [`+${space}${oneLine(`${subject}: ${after}`)}`]),
  ]);
}

function isObject(document: unknown): document is Readonly<Record<string, unknown>> {
  return typeof document === "object" && document !== null;
}

/** Returns the key of a flag, also of one as the audit log has it. */
function keyOf(document: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const { key, flagKey = key } = document ?? {};
  return typeof flagKey === "string" ? flagKey : undefined;
}
