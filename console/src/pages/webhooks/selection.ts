import type { Webhook, WebhookInput } from "../../../../sdk/client/contract.ts";
import { environments as all } from "../../state/environments.ts";

export type Entity = NonNullable<WebhookInput["entities"]>[number];

/** The kinds of changes, with the words of the console. */
export const ENTITIES: readonly (readonly [Entity, string])[] = [
  ["flag", "Flags"],
  ["segment", "Segments"],
  ["key", "SDK keys"],
  ["environment", "Environments"],
  ["token", "Admin tokens"],
];

/** Describes the changes that a webhook selects. */
export function selectionText({ environments, tags, entities }: Webhook): string {
  const kinds = ENTITIES.filter(([entity]) => entities?.includes(entity)).map(([, text]) => text);
  return [
    entities === null ? "Everything" : kinds.join(", "),
    ...(tags === null ? [] : [`tagged ${tags.join(", ")}`]),
    environments === null ? "in all environments" : `in ${environments.join(", ")}`,
  ].join(" ");
}

/** Returns the environments whose changes a webhook reports. */
export function environmentsOf({ environments }: Pick<Webhook, "environments">): string[] {
  return environments ?? (all.data.peek() ?? []).map(({ key }) => key);
}

/** Returns the items of a text that separates them with commas; `null` for none, which means all. */
export function itemsOf(text: string): string[] | null {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
  return items.length === 0 ? null : items;
}
