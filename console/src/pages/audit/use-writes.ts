import { signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { notifyFailure } from "../../state/notices.ts";
import { type Resource, useResource } from "../../state/resource.ts";
import { client } from "../../state/session.ts";
import type { Write } from "./change.ts";

const PAGE = "50";

/** The writes of an environment that match some filters, newest first, as far as they have been loaded. */
export interface Writes {
  /** The first page. */
  newest: Resource<Write[]>;
  /** The pages after the first one, as one list. */
  older: readonly Write[];
  hasMore: boolean;
  loadOlder: () => Promise<void>;
  /** Reads the first page again, without the others. */
  reload: () => Promise<void>;
}

/** Reads the writes page by page. It begins again if a filter, or one of `also`, changes. */
export function useWrites(
  environment: string,
  filters: Readonly<Record<string, string | undefined>>,
  also: readonly unknown[] = [],
): Writes {
  const inputs = [environment, ...Object.values(filters), ...also];
  const older = useMemo(() => signal<Write[]>([]), inputs);
  const cursor = useMemo(() => signal<string | null>(null), inputs);
  const load = async (from: string | undefined): Promise<Write[]> => {
    const query = { ...filters, limit: PAGE, cursor: from };
    const { body } = await client.call("listWrites", { path: { env: environment }, query });
    cursor.value = body.nextCursor;
    return body.items;
  };
  const newest = useResource(() => load(undefined), inputs);
  return {
    newest,
    older: older.value,
    hasMore: cursor.value !== null,
    async loadOlder() {
      try {
        older.value = [...older.value, ...(await load(cursor.value ?? undefined))];
      } catch (error) {
        notifyFailure("Could not load older changes", error);
      }
    },
    async reload() {
      older.value = [];
      await newest.reload();
    },
  };
}
