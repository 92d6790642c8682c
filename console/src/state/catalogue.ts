/** The segments, flags and attributes of an environment, which editors suggest. */
import { allPages } from "../../../sdk/client/client.ts";
import type { Flag } from "../../../sdk/client/contract.ts";
import { attributesOf } from "../ui/condition/attributes.ts";
import type { Known } from "../ui/condition/condition.ts";
import { useResource } from "./resource.ts";
import { client } from "./session.ts";

export interface Catalogue extends Known {
  flags: readonly Flag[];
}

const EMPTY: Catalogue = { segments: [], flags: [], attributes: [] };

/** Returns an empty catalogue until it has loaded, because editing does not have to wait for it. */
export function useCatalogue(environment: string): Catalogue {
  return useResource(() => readCatalogue(environment), [environment]).data.value ?? EMPTY;
}

async function readCatalogue(environment: string): Promise<Catalogue> {
  const path = { env: environment };
  const [segments, flags] = await Promise.all([
    allPages((cursor) => client.call("listSegments", { path, query: { limit: "200", cursor } })),
    allPages((cursor) => client.call("listFlags", { path, query: { limit: "200", cursor } })),
  ]);
  const conditions = [
    ...segments.map(({ condition }) => condition),
    ...flags.flatMap(({ rules = [] }) => rules.flatMap(({ when }) => when ?? [])),
  ];
  return { segments, flags, attributes: attributesOf(conditions) };
}
