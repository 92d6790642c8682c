/**
 * The `@head` field as text, so that the scripts need no JSON. The first line is the version. Each further line is a
 * change, `<version> <field> <field>…` or `<version> *`: oldest first, without a gap, ending at the version.
 */
import { type Change, contiguousEnd, type Head, MAX_NAMES_PER_CHANGE, type VersionTags } from "../../flags/changes.ts";

/** The field of an environment's hash that holds its head. */
export const HEAD_FIELD = "@head";

/**
 * The field that holds the tag of a version, as `<version> <tag>`. If it names another version than the head, as after
 * a write of a worker that does not know tags, the head's tag is unknown.
 */
export const TAG_FIELD = "@tag";

const VERSION = /^[1-9]\d{0,15}$/;

/**
 * Parses a head, and the tag field beside it; `undefined` for any other text. Leaves out changes that do not lead up to
 * the version.
 */
export function parseHead(text: string, tagText = ""): Head | undefined {
  const [first = "", ...lines] = text.split("\n");
  const version = parseVersion(first);
  if (version === undefined) return undefined;
  const changes: Change[] = [];
  for (const line of lines) {
    const [versionText = "", ...names] = line.split(" ");
    const fields = names.filter((name) => name !== "");
    changes.push([parseVersion(versionText) ?? 0, fields.includes("*") ? "*" : fields]);
  }
  const [tagged, tag] = tagText.split(" ");
  return {
    version,
    changes: contiguousEnd(changes, version),
    ...(tagged === first && tag !== "" && { tag }),
  };
}

/** Formats tags for the scripts: one line, `<version> <tag>`, for each version. */
export function formatTags(tags: VersionTags | undefined): string {
  return Array.from(tags ?? [], ([version, tag]) => `${version} ${tag}`).join("\n");
}

/** Formats the fields of one change for the scripts: separated by blanks, or "*". */
export function formatFields([, fields]: Change): string {
  if (fields === "*" || fields.length > MAX_NAMES_PER_CHANGE) return "*";
  // The scripts would read a name with a blank as two names, so it stands for everything, which is safe.
  return fields.some((name) => name === "" || /\s/.test(name)) ? "*" : fields.join(" ");
}

function parseVersion(text: string): number | undefined {
  const version = VERSION.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}
