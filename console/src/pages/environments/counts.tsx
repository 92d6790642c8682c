import type { JSX } from "preact";
import { useResource } from "../../state/resource.ts";
import { href } from "../../state/route.ts";
import { client } from "../../state/session.ts";

/** The most rows that a count reads, because a deployment can have thousands of flags. */
const MOST = 200;

interface Counted {
  count: number;
  hasMore: boolean;
}

/** The numbers of flags and of SDK keys that work. They are empty until they have arrived, or if they do not. */
export function CountCells({ environment }: { environment: string }): JSX.Element {
  const counts = useResource(() => readCounts(environment), [environment]).data.value;
  return (
    <>
      <td data-label="Flags">{counts && <a href={href(["flags"], { environment })}>{countText(counts.flags)}</a>}</td>
      <td data-label="SDK keys">{counts && <a href={href(["keys"], { environment })}>{countText(counts.keys)}</a>}</td>
    </>
  );
}

async function readCounts(env: string): Promise<{ flags: Counted; keys: Counted }> {
  const query = { limit: String(MOST) };
  const [flags, keys] = await Promise.all([
    client.call("listFlags", { path: { env }, query }),
    client.call("listKeys", { path: { env }, query }),
  ]);
  const live = keys.body.items.filter(({ revokedAt }) => revokedAt === null);
  return {
    flags: { count: flags.body.items.length, hasMore: flags.body.nextCursor !== null },
    keys: { count: live.length, hasMore: keys.body.nextCursor !== null },
  };
}

function countText({ count, hasMore }: Counted): string {
  return hasMore ? `${count} or more` : String(count);
}
