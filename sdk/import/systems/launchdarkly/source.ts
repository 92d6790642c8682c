/** The parts of LaunchDarkly's data that evaluation needs, in the form in which the SDKs receive it. */
import { NotImportable } from "../../lowering/draft.ts";
import { RowReader } from "../../lowering/rows.ts";
import { at, fieldsOf, isFields, listOf, type Placed, textOf } from "../../lowering/source.ts";
import type { ReportEntry } from "../../types.ts";

export interface LaunchDarklySource {
  flags: Map<string, Placed>;
  segments: Map<string, Placed>;
  /** Whether a segment that is not in the source does not exist, rather than being in another response. */
  hasAllSegments: boolean;
  /** Whether a flag that is not in the source does not exist, rather than being on another page of a list. */
  hasAllFlags: boolean;
  /** The kinds of contexts that flags and segments name, except for `user`. */
  kinds: ReadonlySet<string>;
  refused: readonly ReportEntry[];
}

/**
 * Reads `{ flags, segments }`. Both are objects by key, or lists as in the responses of the REST API (`items`). The
 * file of a test data source can also have `flagValues`, which are values for everybody.
 */
export function readSource(source: unknown): LaunchDarklySource {
  const { flags, flagValues, segments, items, totalCount } = fieldsOf(source);
  const reader = new RowReader();
  const plain = Object.entries(fieldsOf(flagValues)).map(([key, value]): [string, Placed] => [
    key,
    { fields: { key, on: true, variations: [value], fallthrough: { variation: 0 } }, place: at("/flagValues", key) },
  ]);
  if (typeof totalCount === "number" && totalCount > listOf(items).length) {
    const found = `the list has ${listOf(items).length} of ${totalCount} flags`;
    reader.refuse("flag", "", "/totalCount", `${found}; request the others with offset, and give all files`);
  }
  return {
    hasAllSegments: isWhole(segments),
    hasAllFlags: isWhole(flags),
    flags: new Map([...plain, ...byKey("flag", flags ?? items, flags === undefined ? "/items" : "/flags", reader)]),
    segments: byKey("segment", segments, "/segments", reader),
    kinds: new Set(kindsIn(source)),
    refused: reader.refused,
  };
}

function kindsIn(part: unknown): string[] {
  if (typeof part !== "object" || part === null) return [];
  const named = isFields(part) ? [part["contextKind"], part["rolloutContextKind"]] : [];
  return [
    ...named.filter((kind) => typeof kind === "string" && kind !== DEFAULT_KIND),
    ...Object.values(part).flatMap(kindsIn),
  ] as string[];
}

/** Whether a part is the SDKs' own, and not a response of the REST API. */
function isWhole(part: unknown): boolean {
  return Array.isArray(part) || (isFields(part) && !Array.isArray(part["items"]));
}

function byKey(kind: "flag" | "segment", part: unknown, place: string, reader: RowReader): Map<string, Placed> {
  if (isFields(part) && Array.isArray(part["items"])) return byKey(kind, part["items"], at(place, "items"), reader);
  return Array.isArray(part) ? reader.list(kind, part, place, "key") : reader.named(kind, part, place);
}

/**
 * Returns a flag in the SDKs' form. The REST API keeps the configuration of each environment apart.
 *
 * @throws NotImportable if it is deleted, or there are several environments and none is chosen
 */
export function flagOf({ fields, place }: Placed, environment: string | undefined): Placed {
  if (fields["deleted"] === true) throw new NotImportable(at(place, "deleted"), "it is deleted");
  const environments = fields["environments"];
  if (!isFields(environments)) return { fields, place };
  const names = Object.keys(environments);
  const name = environment ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || !isFields(environments[name]))
    throw new NotImportable(at(place, "environments"), `name one of its environments: ${names.join(", ")}`);
  if (fields["archived"] === true)
    throw new NotImportable(at(place, "archived"), "it is archived, so SDKs do not receive it");
  if ("_summary" in environments[name] && !("fallthrough" in environments[name]))
    throw new NotImportable(
      at(place, "environments", name),
      "the list has no rules; request GET /api/v2/flags/<project>?env=<environment>&summary=0",
    );
  const variations = listOf(fields["variations"]).map((one) => fieldsOf(one)["value"]);
  return { fields: { ...fields, ...environments[name], variations }, place: at(place, "environments", name) };
}

const DEFAULT_KIND = "user";

export function kindOf(value: unknown): string {
  return textOf(value) ?? DEFAULT_KIND;
}
