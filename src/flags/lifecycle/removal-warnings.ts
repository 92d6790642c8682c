import { day, type EnvironmentFacts } from "./flag-state.ts";

const DAY_MS = 86_400_000;
/** An evaluation within this time warns of a removal. */
const RECENT_DAYS = 7;
/** The digits of a commit that people read. */
const COMMIT_LENGTH = 12;

/** One repository whose code names a flag. */
export interface CodeReference {
  repository: string;
  count: number;
  commit: string;
  /** When the code was scanned (ISO 8601). */
  scannedAt: string;
}

type Use = Pick<EnvironmentFacts, "environment" | "usedAt" | "requestedAt">;

/** Says, one by one, why a flag should not be removed yet: code that names it, and environments that use it. */
export function removalWarnings(references: readonly CodeReference[], uses: readonly Use[], now: number): string[] {
  return [...references.map(referenceText), ...uses.flatMap((use) => useText(use, now) ?? [])];
}

function referenceText({ repository, count, commit, scannedAt }: CodeReference): string {
  const times = count === 1 ? "once" : `${count} times`;
  return `${repository} names it ${times} (commit ${commit.slice(0, COMMIT_LENGTH)}, scanned on ${day(scannedAt)})`;
}

function useText({ environment, usedAt, requestedAt }: Use, now: number): string | undefined {
  const isRecent = (at: string | null): at is string => at !== null && Date.parse(at) > now - RECENT_DAYS * DAY_MS;
  if (isRecent(usedAt)) return `${environment} evaluated it on ${day(usedAt)}`;
  if (isRecent(requestedAt))
    return `bulk responses in ${environment} contained it on ${day(requestedAt)}, as every flag that the key may see`;
  return undefined;
}
