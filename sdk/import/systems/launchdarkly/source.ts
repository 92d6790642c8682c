/** The parts of LaunchDarkly's data that evaluation needs, in the form in which the SDKs receive it. */
import { NotImportable } from "../../lowering/draft.ts";
import { at, fieldsOf, isFields, listOf, partsByKey, type Placed, textOf } from "../../lowering/source.ts";

export interface LaunchDarklySource {
  flags: Map<string, Placed>;
  segments: Map<string, Placed>;
}

/** Reads `{ flags, segments }`. Both are objects by key, or lists as in the responses of the REST API (`items`). */
export function readSource(source: unknown): LaunchDarklySource {
  const { flags, segments, items } = fieldsOf(source);
  return {
    flags: byKey(flags ?? items, flags === undefined ? "/items" : "/flags"),
    segments: byKey(segments, "/segments"),
  };
}

function byKey(part: unknown, place: string): Map<string, Placed> {
  if (isFields(part) && Array.isArray(part["items"])) return byKey(part["items"], at(place, "items"));
  return partsByKey(part, place);
}

/**
 * Returns a flag in the SDKs' form. The REST API keeps the configuration of each environment apart.
 *
 * @throws NotImportable if there are several environments and none is chosen
 */
export function flagOf({ fields, place }: Placed, environment: string | undefined): Placed {
  const environments = fields["environments"];
  if (!isFields(environments)) return { fields, place };
  const names = Object.keys(environments);
  const name = environment ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || !isFields(environments[name]))
    throw new NotImportable(at(place, "environments"), `name one of its environments: ${names.join(", ")}`);
  const variations = listOf(fields["variations"]).map((one) => fieldsOf(one)["value"]);
  return { fields: { ...fields, ...environments[name], variations }, place: at(place, "environments", name) };
}

const DEFAULT_KIND = "user";

export function kindOf(value: unknown): string {
  return textOf(value) ?? DEFAULT_KIND;
}
