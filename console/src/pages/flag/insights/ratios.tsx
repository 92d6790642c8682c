import type { JSX } from "preact";
import type { Flag, FlagRatios } from "../../../../../sdk/client/contract.ts";
import { useResource } from "../../../state/resource.ts";
import { client } from "../../../state/session.ts";
import { Loaded } from "../../../ui/states.tsx";
import { Time } from "../../../ui/time.tsx";

type Check = FlagRatios["checks"][number];

/** Compares how the saved flag's splits are counted with how they are configured. Flags without a split have none. */
export function RatiosSection({ environment, flag }: { environment: string; flag: Flag }): JSX.Element | null {
  return hasSplit(flag) ? <Ratios environment={environment} flag={flag} /> : null;
}

function Ratios({ environment, flag: { key, version } }: { environment: string; flag: Flag }): JSX.Element {
  const path = { env: environment, key };
  const ratios = useResource(
    async () => (await client.call("checkFlagRatios", { path })).body,
    [environment, key, version],
  );
  return (
    <section class="card stack" aria-labelledby="ratios">
      <h2 id="ratios">Counted splits</h2>
      <Loaded of={ratios}>
        {({ from, changedAt, isShortened, complete, checks, caution }) => (
          <>
            <p class="hint">
              {Date.parse(from) > Date.now() ? "The counts begin " : "The counts began "}
              <Time at={from} />
              {isShortened && (
                <>
                  , because the flag changed <Time at={changedAt} />
                </>
              )}
              .{!complete && " Redis could not be read, so the last minute is missing."}
            </p>
            {checks.map((check) => (
              <Split key={check.rule ?? ""} check={check} />
            ))}
            <p class="hint">{caution}</p>
          </>
        )}
      </Loaded>
    </section>
  );
}

function Split({ check: { rule, verdict, variants, message } }: { check: Check }): JSX.Element {
  const title = rule === null ? "Everyone else" : `Rule ${rule}`;
  return (
    <>
      <h3>{title}</h3>
      <div class="sideways" role="region" aria-label={`Counts of ${title}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Variant</th>
              <th scope="col">Configured</th>
              <th scope="col">Counted</th>
              <th scope="col">Evaluations</th>
            </tr>
          </thead>
          <tbody>
            {variants.map(({ variant, share, countedShare, count }) => (
              <tr key={variant}>
                <th scope="row">{variant}</th>
                <td>{percent(share)}</td>
                <td>{countedShare === null ? "–" : percent(countedShare)}</td>
                <td>{count.toLocaleString("en")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class={verdict === "differs" ? "banner failed" : undefined}>{message}</p>
    </>
  );
}

function hasSplit({ default: fallback, rules = [] }: Flag): boolean {
  return [fallback, ...rules.map(({ serve }) => serve)].some((serve) => "rollout" in serve || "draw" in serve);
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}
