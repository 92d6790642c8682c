/**
 * The `@head` field as text, so that the scripts need no JSON. The first line is the version. Each further line is a
 * change, `<version> <field> <field>…` or `<version> *`: oldest first, without a gap, ending at the version. If the tag
 * of the version before is known, ` @=<tag>` ends the line. Workers that do not know this take it for a field that
 * nothing is stored in.
 */
import { type Change, contiguousEnd, type Head, MAX_NAMES_PER_CHANGE } from "../../flags/changes.ts";

/** The field of an environment's hash that holds its head. */
export const HEAD_FIELD = "@head";

/**
 * The field that holds the tag of a version, as `<version> <tag>`. If it names another version than the head, as after
 * a write of a worker that does not know tags, the head's tag is unknown.
 */
export const TAG_FIELD = "@tag";

const BEFORE = "@=";
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
    const before = names.find((name) => name.startsWith(BEFORE))?.slice(BEFORE.length);
    const fields = names.filter((name) => name !== "" && !name.startsWith(BEFORE));
    const change: Change = [parseVersion(versionText) ?? 0, fields.includes("*") ? "*" : fields];
    if (before !== undefined) change[2] = before;
    changes.push(change);
  }
  const [tagged, tag] = tagText.split(" ");
  return {
    version,
    changes: contiguousEnd(changes, version),
    ...(tagged === first && tag !== "" && { tag }),
  };
}

/** Formats the fields of one change for the scripts, separated by blanks, or "*", and the tag before it. */
export function formatFields([, fields, before]: Change): string {
  // The scripts would read a name with a blank as two names, so it stands for everything, which is safe.
  const isAll =
    fields === "*" || fields.length > MAX_NAMES_PER_CHANGE || fields.some((name) => name === "" || /\s/.test(name));
  const names = isAll ? ["*"] : fields;
  return (before === undefined ? names : [...names, BEFORE + before]).join(" ");
}

function parseVersion(text: string): number | undefined {
  const version = VERSION.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(version) && version > 0 ? version : undefined;
}
