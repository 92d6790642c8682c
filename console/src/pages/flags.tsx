import { computed, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { allPages } from "../../../api-client/client.ts";
import type { Flag } from "../../../api-client/contract.ts";
import { toggleFlag } from "../state/flag-changes.ts";
import { useResource } from "../state/resource.ts";
import { href } from "../state/route.ts";
import { client, isReadOnly } from "../state/session.ts";
import { serveText } from "../ui/serve-text.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { Switch } from "../ui/switch.tsx";

/** Rows drawn at once; more appear on demand, so that thousands of flags stay quick. */
const ROWS = 100;

export function FlagsPage({ environment }: { environment: string }): JSX.Element {
  const flags = useResource(
    () =>
      allPages((cursor) => client.call("listFlags", { path: { env: environment }, query: { limit: "200", cursor } })),
    [environment],
  );
  const filter = useMemo(() => createFilter(() => flags.data.value ?? []), [flags]);
  const toggle = (flag: Flag): void =>
    void toggleFlag(environment, flag, (changed) =>
      flags.set((flags.data.peek() ?? []).map((other) => (other.key === changed.key ? changed : other))),
    );
  return (
    <>
      <header class="page">
        <h1>Flags</h1>
        <a class="button primary" href={href(["flags", "new"])} hidden={isReadOnly.value}>
          New flag
        </a>
      </header>
      <Loaded of={flags}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No flags here yet">
              <p>A flag is made once and configured in each environment.</p>
            </Empty>
          ) : (
            <>
              <Filters filter={filter} />
              <p class="hint" role="status">
                {filter.matches.value.length} of {all.length}
              </p>
              <table class="list">
                <thead>
                  <tr>
                    <th scope="col">On</th>
                    <th scope="col">Flag</th>
                    <th scope="col">Kind</th>
                    <th scope="col">Serves</th>
                    <th scope="col">Tags</th>
                  </tr>
                </thead>
                <tbody>
                  {filter.matches.value.slice(0, filter.shown.value).map((flag) => (
                    <Row key={flag.key} flag={flag} onToggle={() => toggle(flag)} />
                  ))}
                </tbody>
              </table>
              {filter.matches.value.length > filter.shown.value && (
                <button type="button" onClick={() => (filter.shown.value += ROWS)}>
                  Show more
                </button>
              )}
            </>
          )
        }
      </Loaded>
    </>
  );
}

function Row({ flag, onToggle }: { flag: Flag; onToggle: () => void }): JSX.Element {
  return (
    <tr class={flag.enabled ? "" : "off"}>
      <td>
        <Switch label={`${flag.key} enabled`} isOn={flag.enabled} isDisabled={isReadOnly.value} onToggle={onToggle} />
      </td>
      <td>
        <a href={href(["flags", flag.key])}>{flag.key}</a>
        {flag.description !== undefined && <p class="hint">{flag.description}</p>}
      </td>
      <td>{flag.kind}</td>
      <td>
        {serveText(flag.default)}
        {(flag.rules?.length ?? 0) > 0 && <span class="hint"> · {flag.rules?.length} rules</span>}
      </td>
      <td>
        {(flag.tags ?? []).map((tag) => (
          <span key={tag} class="tag">
            {tag}
          </span>
        ))}
      </td>
    </tr>
  );
}

type Filter = ReturnType<typeof createFilter>;

function createFilter(flags: () => readonly Flag[]) {
  const search = signal("");
  const tag = signal("");
  const kind = signal("");
  const state = signal("");
  const shown = signal(ROWS);
  const tags = computed(() => [...new Set(flags().flatMap((flag) => flag.tags ?? []))].toSorted());
  const matches = computed(() => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    return flags().filter((flag) => {
      const text = `${flag.key} ${flag.description ?? ""} ${flag.owner ?? ""}`.toLowerCase();
      return (
        words.every((word) => text.includes(word)) &&
        (tag.value === "" || flag.tags?.includes(tag.value)) &&
        (kind.value === "" || (flag.kind ?? "flag") === kind.value) &&
        (state.value === "" || flag.enabled === (state.value === "on"))
      );
    });
  });
  return { search, tag, kind, state, shown, tags, matches };
}

function Filters({ filter }: { filter: Filter }): JSX.Element {
  const { search, tag, kind, state, tags } = filter;
  return (
    <search class="filters">
      <input
        type="search"
        aria-label="Search flags"
        placeholder="Search"
        value={search.value}
        onInput={(event) => (search.value = event.currentTarget.value)}
      />
      <Choice label="Tag" of={tag} values={tags.value} />
      <Choice label="Kind" of={kind} values={["flag", "switch", "sample"]} />
      <Choice label="State" of={state} values={["on", "off"]} />
    </search>
  );
}

function Choice({
  label,
  of,
  values,
}: {
  label: string;
  of: { value: string };
  values: readonly string[];
}): JSX.Element {
  return (
    <select aria-label={label} value={of.value} onChange={(event) => (of.value = event.currentTarget.value)}>
      <option value="">{label}: all</option>
      {values.map((value) => (
        <option key={value}>{value}</option>
      ))}
    </select>
  );
}
