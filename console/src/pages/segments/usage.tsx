import type { JSX } from "preact";
import type { Segment } from "../../../../sdk/client/contract.ts";
import { go, href } from "../../state/route.ts";
import { deleteSegment } from "../../state/segments/segment-changes.ts";
import { isReadOnly } from "../../state/session.ts";
import { Time } from "../../ui/time.tsx";

/** The flags and segments that use the segment, and the way to delete it if there are none. */
export function Usage({ environment, segment }: { environment: string; segment: Segment }): JSX.Element {
  const { usedBy, version, updatedAt } = segment;
  const links = [
    ...usedBy.flags.map((key) => ({ key, page: "flags" })),
    ...usedBy.segments.map((key) => ({ key, page: "segments" })),
  ];
  return (
    <section class="card" aria-labelledby="used-by">
      <h2 id="used-by">Used by</h2>
      {links.length === 0 ? (
        <p class="hint">No flag or segment uses it.</p>
      ) : (
        <ul class="links">
          {links.map(({ key, page }) => (
            <li key={`${page}/${key}`}>
              <a href={href([page, key])}>{key}</a>
              {page === "segments" && <span class="hint"> segment</span>}
            </li>
          ))}
        </ul>
      )}
      <p class="hint">
        Version {version}, last changed <Time at={updatedAt} />
      </p>
      {!isReadOnly.value && (
        <footer class="actions">
          <DeleteButton environment={environment} segment={segment} />
        </footer>
      )}
    </section>
  );
}

function DeleteButton({ environment, segment }: { environment: string; segment: Segment }): JSX.Element {
  const { flags, segments } = segment.usedBy;
  const isUsed = flags.length + segments.length > 0;
  return (
    <>
      {isUsed && (
        <span class="hint" id="why-not">
          You can delete this segment when nothing uses it.
        </span>
      )}
      <button
        type="button"
        class="danger"
        disabled={isUsed}
        aria-describedby={isUsed ? "why-not" : undefined}
        onClick={() => void deleteSegment(environment, segment).then((isGone) => isGone && go(["segments"]))}
      >
        Delete segment
      </button>
    </>
  );
}
