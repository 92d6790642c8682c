import type { JSX } from "preact";
import type { Flag, FlagUsage } from "../../../../../sdk/client/contract.ts";
import { changeText, flagChanges } from "../../../../../sdk/words/changes.ts";
import { flagChangeOf } from "../../../state/flags/history/past-flag.ts";
import { type Metric, type RangeName, RANGES, startOf } from "../../../state/flags/usage-view.ts";
import { useResource } from "../../../state/resource.ts";
import { href, replaceQuery, route } from "../../../state/route.ts";
import { client } from "../../../state/session.ts";
import { instantText, wordingOf } from "../../../state/wording.ts";
import type { Mark } from "../../../ui/plots/stacked-plot.tsx";
import { Empty, Loaded } from "../../../ui/states.tsx";
import { CountsPlot } from "./counts-plot.tsx";
import { RatiosSection } from "./ratios.tsx";
import { RuleTable } from "./rule-table.tsx";

interface Props {
  environment: string;
  flag: Flag;
}

/** How often the flag was evaluated, by variant and by rule, and how that compares with its configuration. */
export function Insights({ environment, flag }: Props): JSX.Element {
  const { key, version } = flag;
  const { query } = route.value;
  const range = rangeOf(query["range"]);
  const read = useResource(() => readInsights(environment, key, range), [environment, key, version, range]);
  return (
    <>
      <section class="card stack" aria-labelledby="evaluations">
        <header class="heading">
          <h2 id="evaluations">Evaluations</h2>
          <Choice label="Time" name="range" options={RANGE_OPTIONS} value={range} />
          <button
            type="button"
            class="small"
            aria-disabled={read.isLoading.value}
            onClick={() => !read.isLoading.value && void read.reload()}
          >
            Refresh
          </button>
        </header>
        <Loaded of={read}>{({ usage, marks }) => <Counts flag={flag} usage={usage} marks={marks} />}</Loaded>
      </section>
      {read.data.value !== undefined && <RuleTable flag={flag} usage={read.data.value.usage} />}
      <RatiosSection environment={environment} flag={flag} />
    </>
  );
}

function Counts({ flag, usage, marks }: { flag: Flag; usage: FlagUsage; marks: readonly Mark[] }): JSX.Element {
  const { used, requested } = usage.total;
  const wanted = route.value.query["counts"];
  const metric: Metric =
    wanted === "used" || wanted === "requested" ? wanted : used === 0 && requested > 0 ? "requested" : "used";
  return (
    <>
      {!usage.complete && (
        <p class="banner">The last minute is missing, because Redis could not be read. Refresh in a minute.</p>
      )}
      <Choice
        label="Counts"
        name="counts"
        value={metric}
        options={[
          ["used", `Used: ${used.toLocaleString("en")}`],
          ["requested", `Requested: ${requested.toLocaleString("en")}`],
        ]}
      />
      <p class="hint">
        {metric === "used"
          ? "Used: a client asked for this one flag."
          : "Requested: a client asked for all flags, and may not have looked at this one."}
      </p>
      {usage.total[metric] === 0 ? (
        <NoCounts flag={flag} usage={usage} metric={metric} />
      ) : (
        <CountsPlot flag={flag} usage={usage} metric={metric} marks={marks} />
      )}
    </>
  );
}

function NoCounts({ flag: { key }, usage, metric }: { flag: Flag; usage: FlagUsage; metric: Metric }): JSX.Element {
  const { lastEvaluatedAt } = usage;
  return (
    <Empty title={lastEvaluatedAt === null ? "Never evaluated" : `Not ${metric} in this time`}>
      {lastEvaluatedAt === null ? (
        <p>
          No client has asked for {key} yet. <a href={href(["flags", key], { tab: "use" })}>Use it in your code</a>.
        </p>
      ) : (
        <p>It was last evaluated at {instantText(lastEvaluatedAt)}. Choose a longer time to see more.</p>
      )}
    </Empty>
  );
}

const RANGE_OPTIONS = Object.entries(RANGES).map(([name, { label }]) => [name, label] as const);

function rangeOf(text: string | undefined): RangeName {
  return text !== undefined && Object.hasOwn(RANGES, text) ? (text as RangeName) : "7d";
}

/** A choice of one of a few options, which the address keeps. */
function Choice({
  label,
  name,
  options,
  value,
}: {
  label: string;
  name: string;
  options: readonly (readonly [value: string, label: string])[];
  value: string;
}): JSX.Element {
  return (
    <div class="segmented" role="radiogroup" aria-label={label}>
      {options.map(([option, text]) => (
        <label key={option}>
          <input
            type="radio"
            name={name}
            checked={option === value}
            onChange={() => replaceQuery({ ...route.peek().query, [name]: option })}
          />
          <span>{text}</span>
        </label>
      ))}
    </div>
  );
}

async function readInsights(
  environment: string,
  key: string,
  range: RangeName,
): Promise<{ usage: FlagUsage; marks: Mark[] }> {
  const from = new Date(startOf(range, Date.now())).toISOString();
  const [{ body: usage }, { body: writes }] = await Promise.all([
    client.call("getFlagUsage", { path: { env: environment, key }, query: { from, step: RANGES[range].step } }),
    client.call("listWrites", { path: { env: environment }, query: { key, since: from, limit: "50" } }),
  ]);
  const marks = writes.items.flatMap(({ at, actorName, changes }): Mark[] => {
    const change = flagChangeOf(changes);
    if (change === undefined) return [];
    const { before, after } = change;
    const words = before && after ? flagChanges(before, after, wordingOf(key)).map(changeText)[0] : undefined;
    return [{ at: Date.parse(at), label: `${actorName}: ${words ?? (before ? "deleted" : "created")}` }];
  });
  return { usage, marks };
}
