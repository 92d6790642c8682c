import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { isExpired } from "../../../../src/flags/lifecycle/flag-state.ts";
import type { ListedFlag, Sort } from "../../state/flags/flag-filter.ts";
import { href } from "../../state/route.ts";
import { isReadOnly } from "../../state/session.ts";
import { servedText } from "../../../../sdk/words/served.ts";
import { wordingOf } from "../../state/wording.ts";
import { Switch } from "../../ui/switch.tsx";
import { Time } from "../../ui/time.tsx";

/** The number of rows at first. More appear on demand, so that thousands of flags stay fast. */
const ROWS = 100;

interface Props {
  /** Identifies the search. Each search starts from the top. */
  query: string;
  flags: readonly ListedFlag[];
  sort: Sort;
  /** Whether all switches are disabled for now. */
  isLocked: boolean;
  onToggle: (flag: ListedFlag) => void;
}

export function FlagTable({ query, flags, sort, isLocked, onToggle }: Props): JSX.Element {
  const [grown, setGrown] = useState({ query, shown: ROWS });
  // Every search uses the same table, so that the rows that stay are not drawn again.
  const shown = grown.query === query ? grown.shown : ROWS;
  const rest = flags.length - shown;
  return (
    <>
      <table class="list flags">
        <thead>
          <tr>
            <th scope="col">On</th>
            <th scope="col" aria-sort={sort === "key" ? "ascending" : undefined}>
              Flag
            </th>
            <th scope="col">Kind</th>
            <th scope="col">Serves</th>
            <th scope="col">Owner</th>
            <th scope="col" aria-sort={sort === "changed" ? "descending" : undefined}>
              Last change
            </th>
          </tr>
        </thead>
        <tbody>
          {flags.slice(0, shown).map((flag) => (
            <FlagRow
              key={flag.key}
              flag={flag}
              isLocked={isLocked || isReadOnly.value}
              onToggle={() => onToggle(flag)}
            />
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <button type="button" onClick={() => setGrown({ query, shown: shown + ROWS })}>
          Show {Math.min(ROWS, rest)} more ({rest} left)
        </button>
      )}
    </>
  );
}

function FlagRow({
  flag,
  isLocked,
  onToggle,
}: {
  flag: ListedFlag;
  isLocked: boolean;
  onToggle: () => void;
}): JSX.Element {
  const served = servedText(flag, Date.now(), wordingOf(flag.key));
  return (
    <tr class={flag.enabled ? "" : "off"}>
      <td>
        <Switch label={`${flag.key} enabled`} isOn={flag.enabled} isDisabled={isLocked} onToggle={onToggle} />
      </td>
      <td>
        <a href={href(["flags", flag.key])}>{flag.key}</a>
        {(flag.tags ?? []).length > 0 && (
          <span class="tags">
            {(flag.tags ?? []).map((tag) => (
              <span key={tag} class="tag">
                {tag}
              </span>
            ))}
          </span>
        )}
        {flag.description !== undefined && flag.description !== "" && <p class="hint">{flag.description}</p>}
        <StateHint flag={flag} />
      </td>
      <td data-label="Kind">{flag.kind ?? "flag"}</td>
      <td data-label="Serves">
        {served.now}
        {served.later !== undefined && <p class="hint">{served.later}</p>}
      </td>
      <td data-label="Owner">{flag.owner}</td>
      <td data-label="Last change">{flag.updatedAt !== undefined && <Time at={flag.updatedAt} />}</td>
    </tr>
  );
}

/** The states in which a flag can probably be removed. */
const REMOVABLE: Readonly<Record<string, string>> = { "rolled-out": "Rolled out", unused: "Unused" };

function StateHint({ flag: { state, expiresAt = null } }: { flag: ListedFlag }): JSX.Element | null {
  const title = REMOVABLE[state?.name ?? ""];
  const isDue = isExpired({ expiresAt }, Date.now());
  if (title === undefined && !isDue) return null;
  return (
    <p class="removable" title="You can probably remove this flag from your code.">
      {isDue && `Expired on ${expiresAt?.slice(0, 10)}`}
      {isDue && title !== undefined && " · "}
      {title !== undefined && `${title}: ${state?.reason}`}
    </p>
  );
}
