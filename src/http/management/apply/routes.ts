import { APPLY_LIMITS } from "../../../flags/limits.ts";
import { FLAG_EXAMPLE } from "../flags/input.ts";
import { route } from "../route.ts";
import { postApply } from "./handlers.ts";
import { parseProject } from "./input.ts";

/** Enough for a whole environment of ordinary size. The isolate holds several copies of the body while it works. */
const MAX_BYTES = APPLY_LIMITS.bytes;

/** Writes many flags and segments of one environment at once, all or nothing. */
export const APPLY_ROUTES = [
  route(
    {
      method: "post",
      path: "/api/v1/environments/:env/apply",
      tag: "Environments",
      id: "applyEnvironment",
      summary: "Write many flags and segments as one version",
      description:
        "Creates or replaces the flags and segments in one transaction, with one version and one purge. With `whole: true` it also deletes all others. Applying the current state again makes no version. Flags may use segments of the same request.",
      access: "write",
      headers: {
        "If-Match": "The version of the environment that the caller has seen: 412 if anything in it has changed since.",
      },
      body: {
        schema: "Apply",
        maxBytes: MAX_BYTES,
        advice: "send the flags and segments in several requests without `whole`, and first those that others refer to",
        example: { flags: [FLAG_EXAMPLE], segments: [], whole: false },
        parse: parseProject,
      },
      responses: { 200: { description: "Written.", schema: "Written" } },
      problems: [409, 412],
    },
    postApply,
  ),
];
