import { computed, effect } from "@preact/signals";
import { createResource } from "./resource.ts";
import { route } from "./route.ts";
import { client, isSignedIn } from "./session.ts";

export const environments = createResource(async () => (await client.call("listEnvironments")).answer.items);

effect(() => {
  if (isSignedIn.value) void environments.reload();
});

/** Key of the environment that is looked at: the one of the address, else the first. */
export const environment = computed(() => {
  const known = environments.data.value ?? [];
  const asked = route.value.query["environment"];
  return known.find(({ key }) => key === asked)?.key ?? known[0]?.key;
});

/** Whether changes here ask to be confirmed by typing. */
export function isProtected(key: string | undefined): boolean {
  return key === "production" || key === "prod" || key === "live";
}
