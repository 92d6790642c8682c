import { computed, effect } from "@preact/signals";
import { placeOfName } from "./place-of-name.ts";
import { createResource, reloadOnline } from "./resource.ts";
import { route } from "./route.ts";
import { client, isSignedIn } from "./session.ts";

export const environments = createResource(async () => (await client.call("listEnvironments")).body.items);

effect(() => {
  if (isSignedIn.value) void environments.reload();
});

reloadOnline(environments);

/** The key of the current environment: the one in the address, otherwise the first. */
export const environment = computed(() => {
  const known = environments.data.value ?? [];
  const requested = route.value.query["environment"];
  return known.find(({ key }) => key === requested)?.key ?? known[0]?.key;
});

/** Whether each change in this environment needs a note. */
export function requiresNote(key: string): boolean {
  return environments.data.value?.find((known) => known.key === key)?.requiresNote === true;
}

/** Whether each change in this environment is reviewed, and a dangerous one confirmed by typing the key of it. */
export function isProtected(key: string | undefined): boolean {
  return key === "production" || key === "prod" || key === "live";
}

/**
 * Returns the word that confirms a dangerous change: the key of the production environment that changes. It is the same
 * word for every change there, so that people read the change instead of copying a key.
 */
export function typedWord(changed: readonly string[]): string | undefined {
  return changed.find(isProtected);
}

/** The colour of an environment in the bar and in dialogs: production's own, or one of five by its key. */
export function environmentColour(key: string | undefined): string {
  if (key === undefined) return "";
  if (isProtected(key)) return "production";
  return String(placeOfName(key, 5));
}

effect(() => {
  document.documentElement.dataset["environment"] = environmentColour(environment.value);
});
