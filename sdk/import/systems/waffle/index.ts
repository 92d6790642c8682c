import { draftOf } from "../../lowering/draft.ts";
import type { DraftProject, ImportOptions } from "../../types.ts";
import { contextOf } from "./context.ts";
import { lowerRow } from "./flags.ts";
import { settingsOf } from "./settings.ts";
import { rowsOf } from "./source.ts";

/** Imports the flags, switches and samples of django-waffle: the fixture of `manage.py dumpdata waffle`. */
export function importWaffle(input: unknown, options: ImportOptions): DraftProject {
  const settings = settingsOf(options);
  const rows = rowsOf(input, settings, options);
  const known = new Set(rows.map(({ key }) => key));
  const names = rows.filter(({ kind }) => kind === "flag").map(({ name }) => name);
  return {
    flags: rows.map((row) =>
      draftOf({ kind: "flag", key: row.key, place: row.place }, (notes) => lowerRow(row, settings, notes)),
    ),
    segments: [],
    toContext: (request) => contextOf(request, names, settings),
    fromResolution: (resolution, key) => {
      if (resolution.reason !== "ERROR") return resolution.value === true;
      // A key does not say whether it is a flag, a switch or a sample. `usedNames` does.
      return !known.has(key) && settings.defaults.flag;
    },
  };
}
