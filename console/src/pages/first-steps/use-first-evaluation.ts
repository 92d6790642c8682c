import { useEffect, useState } from "preact/hooks";
import { client } from "../../state/session.ts";
import { LOCAL_ZONE } from "../../state/wording.ts";
import { timeText } from "../../../../sdk/words/time.ts";

/** How often the console looks. Isolates report their counts after ten seconds, unless a setting says otherwise. */
const POLL_MS = 3000;

/** Returns the last evaluation in words as soon as one was counted in the environment, and until then `undefined`. */
export function useFirstEvaluation(environment: string | undefined): string | undefined {
  const [seen, setSeen] = useState<string | undefined>(undefined);
  useEffect(() => {
    setSeen(undefined);
    if (environment === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async (): Promise<void> => {
      const found = await lastEvaluation(environment).catch(() => undefined);
      if (isOver) return;
      setSeen(found);
      if (found === undefined) timer = setTimeout(() => void look(), POLL_MS);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [environment]);
  return seen;
}

async function lastEvaluation(environment: string): Promise<string | undefined> {
  const { items } = (await client.call("getUsage", { path: { env: environment } })).body;
  const evaluated = items.flatMap(({ flag, lastEvaluatedAt }) =>
    lastEvaluatedAt === null ? [] : [{ flag, at: lastEvaluatedAt }],
  );
  const [latest] = evaluated.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return latest && `${latest.flag} was evaluated at ${timeText(latest.at, LOCAL_ZONE)}.`;
}
