import { array, boolean, maxLength, optional, pipe, unknown } from "valibot";
import type { FlagInput } from "../../../flags/parse.ts";
import type { SegmentInput } from "../../../flags/schema.ts";
import { type FieldError, InvalidInputError } from "../../../ops/errors.ts";
import type { Services } from "../../services.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { saveProject } from "../../../store/writes/flags.ts";
import { auditNameOf } from "../actor.ts";
import { pathKey } from "../context.ts";
import { FLAG_EXAMPLE } from "../flags/flag-body.ts";
import { parseFlag, storedFlag } from "../flags/flag-input.ts";
import { MAX_MANAGEMENT_BODY_BYTES } from "../json-body.ts";
import type { Routes } from "../operation.ts";
import { parseIfMatch } from "../preconditions.ts";
import { notFoundUnless } from "../require.ts";
import { parseSegment } from "../segments/segments.ts";
import { fields, parseShape } from "../shape.ts";
import { publishWrite, tagHeader, writeUnder } from "../written.ts";

/** A whole environment of ordinary size; an isolate holds the body a few times over while it is checked and sent on. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_DOCUMENTS = 10_000;
/** Past this many mistakes the rest is not looked at: each would be listed. */
const MAX_MISTAKES = 50;

interface Project {
  flags: FlagInput[];
  segments: SegmentInput[];
  isWhole: boolean;
}

const list = (what: string) =>
  pipe(
    array(unknown(), `must be a list of ${what}`),
    maxLength(MAX_DOCUMENTS, `must not hold more than ${MAX_DOCUMENTS}`),
  );

export const applySchema = fields({
  flags: list("flags"),
  segments: optional(list("segments"), []),
  whole: optional(boolean("must be true or false"), false),
});

/** Many flags and segments of one environment at once: all or nothing. */
export function addApplyRoute(routes: Routes, services: Services): void {
  routes.add(
    "post",
    "/api/v1/environments/:env/apply",
    {
      tag: "Environments",
      id: "applyEnvironment",
      summary: "Write many flags and segments as one version",
      description:
        "Creates or replaces everything that is named, in one transaction with one version and one purge; with `whole: true` it also takes away what is not named. Applying what is there already makes no version. Segments may be used by flags of the same request.",
      access: "write",
      headers: {
        "If-Match": "Version of the environment that the caller has seen: 412 when anything in it has changed since.",
      },
      body: {
        schema: "Apply",
        maxBytes: MAX_BYTES,
        example: { flags: [FLAG_EXAMPLE], segments: [], whole: false },
        parse: parseProject,
      },
      answers: { 200: { description: "Written.", schema: "Written" } },
      problems: [409, 412],
    },
    async (c, { body: { flags, segments, isWhole } }) => {
      const [environment, db] = [pathKey(c, "env"), await services.database()];
      const project = { flags: flags.map((flag) => storedFlag(flag)), segments };
      const result = await writeUnder(
        parseIfMatch(c.req.raw.headers),
        async () => notFoundUnless(await getEnvironment(db, environment), "environment").version,
        ({ expectedVersion }) =>
          saveProject(db, environment, project, { actor: auditNameOf(c.get("actor")), expectedVersion, isWhole }),
      );
      return c.json(await publishWrite(services, c, environment, result), 200, tagHeader(result.version));
    },
  );
}

/** What is wrong with them, under its place in the lists. @throws InvalidInputError */
function parseProject(value: unknown): Project {
  const { flags, segments, whole } = parseShape(applySchema, value);
  const errors: FieldError[] = [];
  const parseAll = <T extends { key: string }>(items: unknown[], name: string, parse: (item: unknown) => T): T[] => {
    const seen = new Set<string>();
    return items.flatMap((item, i) => {
      if (errors.length >= MAX_MISTAKES) return [];
      // As alone: what is wrong with every value in megabytes is told of each value.
      if (JSON.stringify(item).length > MAX_MANAGEMENT_BODY_BYTES) {
        errors.push({ pointer: `/${name}/${i}`, detail: `must not be larger than ${MAX_MANAGEMENT_BODY_BYTES} bytes` });
        return [];
      }
      try {
        const parsed = parse(item);
        if (seen.has(parsed.key)) errors.push({ pointer: `/${name}/${i}/key`, detail: "is there twice" });
        seen.add(parsed.key);
        return [parsed];
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        for (const { pointer, detail } of error.errors.slice(0, MAX_MISTAKES))
          errors.push({ pointer: `/${name}/${i}${pointer}`, detail });
        return [];
      }
    });
  };
  const project = {
    flags: parseAll(flags, "flags", (item) => parseFlag(item, undefined)),
    segments: parseAll(segments, "segments", (item) => parseSegment(item, undefined)),
    isWhole: whole,
  };
  if (errors.length > 0) throw new InvalidInputError(errors);
  return project;
}
