import { route } from "../route.ts";
import { postArchive, postUnarchive } from "./handlers.ts";

const FLAG = "/api/v1/flags/:key";
const WRITE = {
  method: "post",
  tag: "Definitions",
  access: "write",
  headers: {
    "If-Match":
      "The state that the caller has seen, as in `ETag`: 412 if the flag has changed since, in any environment.",
  },
  problems: [409, 412],
} as const;

/** Archived flags evaluate as not found, and can be restored. */
export const ARCHIVE_ROUTES = [
  route(
    {
      ...WRITE,
      path: `${FLAG}/archive`,
      id: "archiveFlag",
      summary: "Archive a flag in every environment",
      description:
        "The flag evaluates as not found. Its key stays reserved, and its configurations are kept. 409 while other flags or segments depend on it. Archiving an archived flag changes nothing. The response warns if code or an environment still uses the flag.",
      responses: { 200: { description: "Archived.", schema: "DefinitionRemoved" } },
    },
    postArchive,
  ),
  route(
    {
      ...WRITE,
      path: `${FLAG}/unarchive`,
      id: "unarchiveFlag",
      summary: "Restore an archived flag in every environment",
      description:
        "The configurations come back as they were. 409 if the flag needs another one that is archived, 422 if it needs a segment or a variant that no longer exists.",
      responses: { 200: { description: "Restored.", schema: "DefinitionWritten" } },
    },
    postUnarchive,
  ),
];
