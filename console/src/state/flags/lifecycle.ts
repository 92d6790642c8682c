import { ApiError } from "../../../../sdk/client/client.ts";
import type { FlagLifecycle } from "../../../../sdk/client/contract.ts";
import { client } from "../session.ts";

/** Returns `null` if the token may not see other environments, or the worker is older. */
export async function readLifecycle(key: string, environment?: string): Promise<FlagLifecycle | null> {
  if (key === "") return null;
  try {
    const query = environment === undefined ? {} : { environment };
    return (await client.call("getLifecycle", { path: { key }, query })).body;
  } catch (error) {
    if (error instanceof ApiError && [403, 404].includes(error.status)) return null;
    throw error;
  }
}
