import { computed, effect } from "@preact/signals";
import { placeOfName, placesOfNames } from "./place-of-name.ts";
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

/** The number of colours that environments other than production have (styles/tokens.css). */
const COLOURS = 5;

/** The numbers of the colours. The oldest environment comes first, so that a new one changes no colour. */
const colours = computed(() => {
  const known = (environments.data.value ?? []).filter(({ key }) => !isProtected(key));
  const keys = known.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).map(({ key }) => key);
  return placesOfNames(keys, COLOURS);
});

/** The colour of an environment in the bar and in dialogs: production's own, or one that no other environment has. */
export function environmentColour(key: string | undefined): string {
  if (key === undefined) return "";
  if (isProtected(key)) return "production";
  return String(colours.value.get(key) ?? placeOfName(key, COLOURS));
}

/** The colour of a change in these environments: production's if it is one of them, and none if there are several. */
export function colourOfChange(keys: readonly string[]): string {
  const production = keys.find(isProtected);
  return environmentColour(production ?? (keys.length === 1 ? keys[0] : undefined));
}

effect(() => {
  document.documentElement.dataset["environment"] = environmentColour(environment.value);
});
