/** Says that a flag cannot be removed while others need it, before a person confirms the removal. */
import { allPages } from "../../../../../sdk/client/client.ts";
import { listText } from "../../../../../sdk/words/names.ts";
import { flagsThatNeed } from "../../../state/flags/reference-check.ts";
import { go } from "../../../state/route.ts";
import { client } from "../../../state/session.ts";
import { confirm } from "../../../ui/confirm.tsx";

/** The most flags that the message names. */
const NAMED = 5;

/** Returns whether other flags need this one in one of the environments, and leads to the first of them. */
export async function isStillNeeded(key: string, environments: readonly string[]): Promise<boolean> {
  for (const env of environments) {
    const others = await readFlags(env);
    const [first, ...rest] = flagsThatNeed(key, others);
    if (first === undefined) continue;
    const isOne = rest.length === 0;
    const isToOpen = await confirm({
      title: `${key} is still needed in ${env}`,
      detail: `${listText([first, ...rest], "and", NAMED)} ${isOne ? "needs" : "need"} it. Remove it from ${isOne ? "its" : "their"} rules and prerequisites first.`,
      action: `Open ${first}`,
    });
    if (isToOpen) go(["flags", first], { environment: env });
    return true;
  }
  return false;
}

/** Returns no flags if they cannot be read. The server then refuses the removal. */
async function readFlags(env: string) {
  const path = { env };
  try {
    return await allPages((cursor) => client.call("listFlags", { path, query: { limit: "200", cursor } }));
  } catch {
    return [];
  }
}
