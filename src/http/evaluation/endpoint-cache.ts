import type { EvaluationContext } from "../../evaluation/types.ts";
import type { EntryCache, EntryName } from "../../delivery/entries/entry-cache.ts";
import { type SdkKeyKind, sha256Hex } from "../../ops/token.ts";
import { canonicalJson } from "../../flags/formats/canonical-json.ts";

/**
 * The GET responses that a data centre stores, for isolates that hold no flags yet. A purge removes entries by tag, so
 * the cache is used only if a purge transport is configured.
 */
export interface EndpointCache {
  match(request: EndpointKey): Promise<Response | undefined>;
  put(request: EndpointKey, response: Response, tags: readonly string[], ttlSeconds: number): Promise<void>;
}

/**
 * Everything that a response depends on besides the flags. Two requests have equal keys if and only if no flag can tell
 * them apart.
 */
export interface EndpointKey {
  environment: string;
  /** SDK keys differ in the flags that they may see and in their origins. */
  keyId: string;
  keyKind: SdkKeyKind;
  /** The hash of the SDK key's secret. With a stolen `KEY_SECRET`, a key's id and kind are enough for a valid MAC. */
  keyHash: string;
  /** The `Origin` header. A key may be limited to certain origins. */
  origin: string | null;
  /** `undefined` for all flags. */
  flagKey: string | undefined;
  context: EvaluationContext;
  /** The text of the response's members besides `flags`. It names the scheme and the host that were asked. */
  members: string;
}

/** Keeps responses among the data centre's entries. */
export function createEndpointCache(entries: EntryCache): EndpointCache {
  return {
    match: async (key) => entries.match(await endpointName(key)),
    async put(key, response, tags, ttlSeconds) {
      const stored = new Response(response.body, response);
      stored.headers.set("cache-control", `public, max-age=${ttlSeconds}`);
      stored.headers.set("cache-tag", tags.join(","));
      await entries.put(await endpointName(key), stored);
    },
  };
}

/**
 * Returns the name of a response's entry. The context and the origin are in it only as a hash, because they may be of
 * any length and form. Exported for the tests that compare the names of different requests.
 */
export async function endpointName(key: EndpointKey): Promise<EntryName> {
  const { environment, keyId, keyKind, keyHash, origin, flagKey, context, members } = key;
  const parts = [keyKind, keyHash, origin, flagKey ?? null, members];
  return ["response", environment, keyId, await sha256Hex(`${JSON.stringify(parts)}${canonicalJson(context)}`)];
}
