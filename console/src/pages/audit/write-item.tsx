import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { notifyFailure } from "../../state/notices.ts";
import { client } from "../../state/session.ts";
import { At, Author, ChangeItem, Note } from "./change-item.tsx";
import { type Change, countsText, type Image, type Write } from "./change.ts";

const PAGE = "200";

interface WriteItemProps {
  write: Write;
  environment: string;
  /** The filters of the page, which also select the changes of the write. */
  filters: Record<string, string | undefined>;
  onRestore: (change: Change, image: Image) => void;
}

/** Everything that one write changed: its author and note, and its changes. A large write shows the first ones. */
export function WriteItem({ write, environment, filters, onRestore }: WriteItemProps): JSX.Element {
  const [all, setAll] = useState<Change[] | undefined>(undefined);
  const [cursor, setCursor] = useState<string | undefined>(undefined);
  const { count, hasMore, kinds, changes } = write;
  const shown = all ?? changes;
  const itemOf = (change: Change, isAlone: boolean): JSX.Element => (
    <ChangeItem
      key={change.id}
      change={change}
      environment={environment}
      isAlone={isAlone}
      onRestore={(image) => onRestore(change, image)}
    />
  );
  const [only] = changes;
  if (count === 1 && only !== undefined) return itemOf(only, true);
  const load = async (): Promise<void> => {
    try {
      const query = { ...filters, write: String(write.write), limit: PAGE, cursor };
      const { body } = await client.call("listAudit", { path: { env: environment }, query });
      setAll([...(all ?? []), ...body.items]);
      setCursor(body.nextCursor ?? undefined);
    } catch (error) {
      notifyFailure("Could not load the changes of this write", error);
    }
  };
  const total = `${hasMore ? "At least " : ""}${count.toLocaleString("en")} changes`;
  return (
    <li class="write">
      <At at={write.at} />
      <div>
        <p>
          <strong>{total}</strong>
          <Author of={write} environment={environment} />
          <Note of={write} />
        </p>
        {count > changes.length && <p class="hint">{countsText(kinds)}</p>}
        <ol class="history nested">{shown.map((change) => itemOf(change, false))}</ol>
        {(all === undefined ? count > changes.length : cursor !== undefined) && (
          <button type="button" onClick={() => void load()}>
            {all === undefined ? "Show each change" : "Show more changes"}
          </button>
        )}
      </div>
    </li>
  );
}
