import { parseShape } from "../shape.ts";
import { route } from "../route.ts";
import { putRepository, removeRepository, showRepositories, showRepository } from "./handlers.ts";
import { SCAN_EXAMPLE, scanSchema } from "./input.ts";

const REPOSITORIES = "/api/v1/code-references";
const REPOSITORY = `${REPOSITORIES}/:repository`;

/** How often the code of each repository names each flag. */
export const CODE_REFERENCE_ROUTES = [
  route(
    {
      method: "get",
      path: REPOSITORIES,
      tag: "Code references",
      id: "listRepositories",
      summary: "List the repositories whose code was scanned",
      access: "read",
      responses: { 200: { description: "All repositories, sorted by name.", schema: "RepositoryList" } },
    },
    showRepositories,
  ),
  route(
    {
      method: "get",
      path: REPOSITORY,
      tag: "Code references",
      id: "getRepository",
      summary: "Read how often a repository names each flag",
      access: "read",
      responses: { 200: { description: "The last scan.", schema: "RepositoryWithCounts" } },
    },
    showRepository,
  ),
  route(
    {
      method: "put",
      path: REPOSITORY,
      tag: "Code references",
      id: "putRepository",
      summary: "Replace the counts of a repository",
      description:
        "`burgee refs scan` sends it. The counts replace those of the repository's earlier scan, so that repeating a request changes nothing. Only counts are stored, and neither code nor the names of files. Escape a slash in the repository's name as %2F.",
      access: "write",
      body: { schema: "CodeScan", example: SCAN_EXAMPLE, parse: (value: unknown) => parseShape(scanSchema, value) },
      responses: { 200: { description: "Written, with the keys that no flag has.", schema: "RepositoryWritten" } },
      problems: [409],
    },
    putRepository,
  ),
  route(
    {
      method: "delete",
      path: REPOSITORY,
      tag: "Code references",
      id: "deleteRepository",
      summary: "Delete the counts of a repository",
      access: "write",
      responses: { 200: { description: "Deleted.", schema: "Repository" } },
    },
    removeRepository,
  ),
];
