import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Segment } from "../../../../sdk/client/contract.ts";
import { useResource } from "../../state/resource.ts";
import { href, replaceQuery, route } from "../../state/route.ts";
import { client, isReadOnly } from "../../state/session.ts";
import { useUndone } from "../../state/undone.ts";
import { Empty, Loaded } from "../../ui/states.tsx";
import { TableHead } from "../../ui/table-head.tsx";
import { Time } from "../../ui/time.tsx";
import { sizeText } from "./size.ts";

const ROWS = 200;

/** The segments of the environment, and how many flags use each. */
export function SegmentsPage({ environment }: { environment: string }): JSX.Element {
  const segments = useResource(
    () =>
      allPages((cursor) =>
        client.call("listSegments", { path: { env: environment }, query: { limit: "200", cursor } }),
      ),
    [environment],
  );
  useUndone(() => void segments.reload());
  return (
    <>
      <header class="page">
        <h1>Segments</h1>
        <a class="button primary" href={href(["segments", "new"])} hidden={isReadOnly.value}>
          New segment
        </a>
      </header>
      <Loaded of={segments}>
        {(all) =>
          all.length === 0 ? (
            <Empty title="No segments yet">
              <p>A segment is a named condition, such as “beta testers”, that the rules of many flags can share.</p>
              {!isReadOnly.value && (
                <a class="button primary" href={href(["segments", "new"])}>
                  Create segment
                </a>
              )}
            </Empty>
          ) : (
            <SegmentList all={all} />
          )
        }
      </Loaded>
    </>
  );
}

function SegmentList({ all }: { all: readonly Segment[] }): JSX.Element {
  const search = route.value.query["search"] ?? "";
  const matches = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return all.filter(({ key, name, description }) => {
      const text = `${key}\n${name}\n${description}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [all, search]);
  return (
    <>
      <search class="filters">
        <input
          type="search"
          aria-label="Search segments"
          placeholder="Search by key, name or description"
          value={search}
          onInput={(event) => replaceQuery({ search: event.currentTarget.value || undefined })}
        />
      </search>
      <p class="hint" role="status">
        {matches.length} of {all.length} segments
        {matches.length > ROWS && `. Showing the first ${ROWS}; search to find the others.`}
      </p>
      <table class="list segments">
        <TableHead columns={["Segment", "Values", "Used by", "Last change"]} />
        <tbody>
          {matches.slice(0, ROWS).map(({ key, name, description, condition, usedBy, updatedAt }) => (
            <tr key={key}>
              <td class="wide">
                <a href={href(["segments", key])}>{name}</a> <code class="hint">{key}</code>
                {description !== "" && <p class="hint">{description}</p>}
              </td>
              <td data-label="Values">{sizeText(condition)}</td>
              <td data-label="Used by">{usageText(usedBy)}</td>
              <td data-label="Last change">
                <Time at={updatedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function usageText({ flags, segments }: Segment["usedBy"]): string {
  const parts = [count(flags.length, "flag"), count(segments.length, "segment")].filter(Boolean);
  return parts.join(", ") || "nothing";
}

function count(n: number, noun: string): string {
  return n === 0 ? "" : n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}
