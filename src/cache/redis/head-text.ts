/**
 * The `@head` field as text, so that the scripts need no JSON. The first line is the version. Each further line is a
 * change, `<version> <field> <field>…` or `<version> *`: oldest first, without a gap, ending at the version.
 */
import { type Change, contiguousEnd, type Head, MAX_NAMES_PER_CHANGE } from "../../flags/changes.ts";

/** The field of an environment's hash that holds its head. */
export const HEAD_FIELD = "@head";

const VERSION = /^[1-9]\d{0,15}$/;

/** Parses a head; `undefined` for any other text. Leaves out changes that do not lead up to the version. */
export function parseHead(text: string): Head | undefined {
  const [first = "", ...lines] = text.split("\n");
  const version = parseVersion(first);
  if (version === undefined) return undefined;
  const changes: Change[] = [];
  for (const line of lines) {
    const [versionText = "", ...names] = line.split(" ");
    const fields = names.filter((name) => name !== "");
    changes.push([parseVersion(versionText) ?? 0, fields.includes("*") ? "*" : fields]);
  }
  return { version, changes: contiguousEnd(changes, version) };
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
