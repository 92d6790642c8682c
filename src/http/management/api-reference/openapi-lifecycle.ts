import { FLAG_STATES } from "../../../flags/lifecycle/flag-state.ts";
import { LIFETIMES } from "../../../flags/document.ts";
import { count, object, orNull, ref, text } from "./openapi-parts.ts";

const instant = { type: "string", format: "date-time" };
const repositoryFields = { repository: text, commit: text, scannedAt: instant, flags: count, references: count };
const counts = {
  type: "object",
  description: "How often the code names each flag, by key.",
  additionalProperties: { type: "integer" },
};

const NOT_COUNTED =
  "Since when evaluations are counted; null if none was, or if nothing was counted for seven days in any environment.";

/** JSON Schema of the states of flags and of references to them in code. */
export const lifecycleSchemas: Record<string, object> = {
  FlagState: object(
    {
      name: { enum: FLAG_STATES },
      reason: { ...text, description: "Why, in words, with the facts." },
      since: { ...instant, description: "Since when, as far as it is known." },
    },
    ["since"],
  ),
  FlagLifecycle: object(
    {
      key: text,
      state: ref("FlagState"),
      isExpired: { type: "boolean", description: "Whether a temporary flag is past its expiry." },
      lifetime: { enum: LIFETIMES },
      expiresAt: instant,
      environments: {
        type: "array",
        items: object({
          environment: text,
          state: ref("FlagState"),
          lastUsedAt: { ...orNull(instant), description: "When a client last asked for this one flag." },
          lastRequestedAt: { ...orNull(instant), description: "When it was last in a bulk response." },
          countedSince: { ...orNull(instant), description: NOT_COUNTED },
        }),
      },
      references: {
        type: "array",
        items: object({ repository: text, count, commit: text, scannedAt: instant }),
      },
      warnings: { type: "array", items: text, description: "Why the flag should not be removed yet." },
    },
    ["lifetime", "expiresAt"],
  ),
  Repository: object(repositoryFields),
  RepositoryList: object({
    items: { type: "array", items: ref("Repository") },
    nextCursor: { ...orNull(text), description: "Always null." },
  }),
  RepositoryWithCounts: object({ ...repositoryFields, counts }),
  RepositoryWritten: object({
    ...repositoryFields,
    unknownKeys: { type: "array", items: text, description: "Keys that no flag has. They are not stored." },
  }),
};
