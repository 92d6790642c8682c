import { ApiError } from "../../../sdk/client/client.ts";
import { oneLine } from "../../text/escape.ts";
import { RefusedError } from "../../exit.ts";
import type { Session } from "../../session.ts";

/**
 * Prints who still uses the flags, and asks whether to go on. Nobody to ask is a no. Prints nothing if nobody uses
 * them. @throws RefusedError
 */
export async function acknowledgeUse(
  session: Session,
  keys: readonly string[],
  { verb, isSure, environment }: { verb: "archive" | "delete"; isSure: boolean; environment?: string },
): Promise<void> {
  const warned: string[] = [];
  for (const key of keys) {
    const warnings = await warningsOf(session, key, environment);
    if (warnings.length === 0) continue;
    warned.push(key);
    for (const warning of warnings) session.terminal.error(`burgee: flag ${oneLine(key)}: ${oneLine(warning)}`);
  }
  if (warned.length === 0 || isSure || session.isDryRun) return;
  const question = `${verb[0]?.toUpperCase()}${verb.slice(1)} ${warned.map(oneLine).join(", ")} anyway?`;
  const said = (await session.terminal.ask?.(question, "no")) ?? "";
  if (/^y(es)?$/i.test(said.trim())) return;
  throw new RefusedError(
    `nothing was changed, because ${warned.join(", ")} is still used; --yes makes the change anyway`,
  );
}

/** Returns the warnings about a flag's removal. A deployment of an older version has none. */
async function warningsOf({ client }: Session, key: string, environment?: string): Promise<string[]> {
  try {
    const query = environment === undefined ? {} : { environment };
    return (await client.call("getLifecycle", { path: { key }, query })).body.warnings;
  } catch (error) {
    if (error instanceof ApiError && [403, 404].includes(error.status)) return [];
    throw error;
  }
}
