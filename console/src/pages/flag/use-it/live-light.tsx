import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { FlagUsage } from "../../../../../sdk/client/contract.ts";
import { STEP_MS } from "../../../state/flags/usage-view.ts";
import { client } from "../../../state/session.ts";
import { Icon } from "../../../ui/kit/icon.tsx";
import * as icons from "../../../ui/kit/icons.ts";
import { agoText } from "../../../ui/time.tsx";

const POLL_MS = 3000;

interface Seen {
  /** The evaluations since the tab was opened, by variant. */
  counts: ReadonlyMap<string, number>;
  lastEvaluatedAt: string | null;
}

/** A light that turns green at the first evaluation since the tab was opened. It says the same in words. */
export function LiveLight({ environment, flagKey }: { environment: string; flagKey: string }): JSX.Element {
  const seen = useSeen(environment, flagKey);
  const counts = [...(seen?.counts ?? [])];
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const isSeen = total > 0;
  return (
    <div class={isSeen ? "light card seen" : "light card"} role="status" aria-label="First evaluation">
      <span class="lamp" aria-hidden="true">
        {isSeen && <Icon of={icons.done} />}
      </span>
      <div>
        <strong>{isSeen ? "Evaluated" : "Waiting for an evaluation…"}</strong>
        <p class="hint">
          {isSeen
            ? `${total.toLocaleString("en")} since you opened this tab: ${counts.map(([name, n]) => `${name} ${n.toLocaleString("en")}`).join(", ")}`
            : waitingText(seen)}
        </p>
      </div>
    </div>
  );
}

function waitingText(seen: Seen | undefined): string {
  const delay = "Evaluations arrive here about ten seconds after they happen.";
  if (seen === undefined) return delay;
  const { lastEvaluatedAt } = seen;
  if (lastEvaluatedAt === null) return `It was never evaluated in this environment. ${delay}`;
  return `It was last evaluated ${agoText(Date.parse(lastEvaluatedAt), Date.now())}. ${delay}`;
}

/** Reads the counts every few seconds while the page is visible. Failed readings are repeated with the next one. */
function useSeen(environment: string, flagKey: string): Seen | undefined {
  const [seen, setSeen] = useState<Seen | undefined>(undefined);
  useEffect(() => {
    // The hours of the counts stay the same, so that their sum only grows.
    const from = new Date(Math.floor(Date.now() / STEP_MS.hour) * STEP_MS.hour).toISOString();
    let first: ReadonlyMap<string, number> | undefined;
    let isGone = false;
    const read = async (): Promise<void> => {
      const query = { from, step: "hour" } as const;
      const { body } = await client.call("getFlagUsage", { path: { env: environment, key: flagKey }, query });
      if (isGone) return;
      const counts = countsOf(body);
      first ??= counts;
      setSeen({ counts: growthOf(first, counts), lastEvaluatedAt: body.lastEvaluatedAt });
    };
    let isReading = false;
    const poll = async (): Promise<void> => {
      if (isReading || document.visibilityState !== "visible") return;
      isReading = true;
      await read().catch(() => undefined);
      isReading = false;
    };
    void poll();
    const timer = setInterval(() => void poll(), POLL_MS);
    return () => {
      isGone = true;
      clearInterval(timer);
    };
  }, [environment, flagKey]);
  return seen;
}

function countsOf({ outcomes }: FlagUsage): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { variant, requested, used } of outcomes) {
    const name = variant ?? "no variant";
    counts.set(name, (counts.get(name) ?? 0) + requested + used);
  }
  return counts;
}

function growthOf(first: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): Map<string, number> {
  const grown = [...now].map(([name, count]) => [name, count - (first.get(name) ?? 0)] as const);
  return new Map(grown.filter(([, count]) => count > 0));
}
