import { useSignalEffect, useSignal } from "@preact/signals";
import { client } from "../session.ts";
import { announced } from "./live.ts";

/** A change of a flag that somebody else saved while this page shows an earlier version. */
export interface ChangeElsewhere {
  by: string;
  at: string;
  version: number;
}

/**
 * Returns the newest change of a flag that is later than the version that the page shows, or `undefined`. The page
 * keeps what it shows, and a draft, until the person asks for the change.
 */
export function useChangeElsewhere(
  environment: string,
  key: string | undefined,
  shown: () => number | undefined,
): ChangeElsewhere | undefined {
  const found = useSignal<ChangeElsewhere | undefined>(undefined);
  useSignalEffect(() => {
    const news = announced.value;
    const version = shown();
    if (found.peek() !== undefined && version !== undefined && found.peek()!.version <= version)
      found.value = undefined;
    if (key === undefined || version === undefined) return;
    if (news?.environment !== environment || news.version <= version) return;
    void newestChange(environment, key).then((change) => {
      if (change !== undefined && change.version > (shown() ?? Infinity)) found.value = change;
    });
  });
  return found.value;
}

async function newestChange(environment: string, key: string): Promise<ChangeElsewhere | undefined> {
  const query = { key, limit: "5" };
  const page = await client.call("listAudit", { path: { env: environment }, query }).catch(() => undefined);
  for (const { entity, actorName, at, versions, version } of page?.body.items ?? []) {
    const made = versions[environment] ?? version;
    if ((entity === "flag" || entity === "configuration") && made !== null) return { by: actorName, at, version: made };
  }
  return undefined;
}
