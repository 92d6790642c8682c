import type { SegmentInput } from "../../../flags/schema.ts";
import { parseSegmentInput } from "../../../flags/parse.ts";
import type { Services } from "../../services.ts";
import { getSegment, listSegments, type SegmentRecord } from "../../../store/lists/segments.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import type { WriteResult } from "../../../store/writes/transaction.ts";
import { deleteSegment, saveSegment } from "../../../store/writes/segments.ts";
import { auditNameOf } from "../actor.ts";
import { type ManagementContext, pathKey } from "../context.ts";
import { patchBody } from "../flags/flag-body.ts";
import { type JsonObject, withKey } from "../flags/flag-input.ts";
import { mergePatch } from "../../../flags/merge-patch.ts";
import { type Routes, unknownEnvironment } from "../operation.ts";
import { pageQuery } from "../page.ts";
import { isCreateOnly, isUnchanged, parseIfMatch, PreconditionFailedError } from "../preconditions.ts";
import { notFoundUnless, requireKey } from "../require.ts";
import { instantOf } from "../shape.ts";
import {
  existingUnder,
  type Guard,
  namesSeveral,
  publishWrite,
  retryOnConflict,
  tagHeader,
  underCondition,
  writeUnder,
} from "../written.ts";

const SEGMENTS = "/api/v1/environments/:env/segments";
const SEGMENT = `${SEGMENTS}/:key`;
const IF_MATCH = {
  "If-Match": "The version that the caller has seen, as `ETag` gave it: 412 when it has changed since.",
};
const EXAMPLE = {
  key: "beta-testers",
  name: "Beta testers",
  condition: { attribute: "betaOptIn", operator: "equals", values: [true] },
};

/** Segments of one environment. A change of one changes every flag that uses it. */
export function addSegmentRoutes(routes: Routes, services: Services): void {
  const tag = "Segments";
  routes.add(
    "get",
    SEGMENTS,
    {
      tag,
      id: "listSegments",
      summary: "List the segments of an environment",
      access: "read",
      query: pageQuery("key"),
      answers: {
        200: { description: "A page of segments, sorted by key, with what uses each.", schema: "SegmentList" },
      },
    },
    async (c, { query }) => {
      const [environment, db] = [pathKey(c, "env"), await services.database()];
      const [known, page] = await Promise.all([getEnvironment(db, environment), listSegments(db, environment, query)]);
      if (known === undefined) throw unknownEnvironment();
      c.header("x-flags-version", String(known.version));
      return c.json({ items: page.items.map(viewOf), nextCursor: page.nextCursor ?? null });
    },
  );

  routes.add(
    "post",
    SEGMENTS,
    {
      tag,
      id: "createSegment",
      summary: "Create a segment",
      access: "write",
      body: { schema: "SegmentInput", example: EXAMPLE, parse: (value) => parseSegment(value, undefined) },
      answers: { 201: { description: "Created.", schema: "SegmentWritten" } },
      problems: [409],
    },
    async (c, { body }) => {
      const environment = pathKey(c, "env");
      const options = { actor: auditNameOf(c.get("actor")), mustNotExist: true };
      const result = await saveSegment(await services.database(), environment, body, options);
      c.header("location", `/api/v1/environments/${environment}/segments/${body.key}`);
      return answer(services, c, environment, body, result, 201);
    },
  );

  routes.add(
    "get",
    SEGMENT,
    {
      tag,
      id: "getSegment",
      summary: "Read a segment",
      access: "read",
      headers: { "If-None-Match": "304 when this is still the version." },
      answers: {
        200: {
          description: "The segment and the flags and segments that use it; `ETag` is its version.",
          schema: "Segment",
        },
        304: { description: "Unchanged." },
      },
    },
    async (c) => {
      const key = requireKey(c, "segment");
      const segment = notFoundUnless(await getSegment(await services.database(), pathKey(c, "env"), key), "segment");
      if (isUnchanged(c.req.raw.headers, segment.version)) return c.body(null, 304, tagHeader(segment.version));
      return c.json(viewOf(segment), 200, tagHeader(segment.version));
    },
  );

  routes.add(
    "put",
    SEGMENT,
    {
      tag,
      id: "putSegment",
      summary: "Create or replace a segment",
      description: "`name` and `description` that are left out stay.",
      access: "write",
      headers: { ...IF_MATCH, "If-None-Match": "`*`: only create; 412 when the segment exists." },
      body: { schema: "SegmentInput", example: EXAMPLE, parse: (value, c) => parseSegment(value, pathKey(c, "key")) },
      answers: {
        200: { description: "Written.", schema: "SegmentWritten" },
        201: { description: "Created, with `If-None-Match: *`.", schema: "SegmentWritten" },
      },
      problems: [409, 412],
    },
    async (c, { body }) => {
      const { headers } = c.req.raw;
      const [environment, db] = [pathKey(c, "env"), await services.database()];
      const [ifMatch, mustNotExist] = [parseIfMatch(headers), isCreateOnly(headers)];
      const actor = auditNameOf(c.get("actor"));
      const currentVersion = async () => (await getSegment(db, environment, body.key))?.version;
      const write = (guard: Guard) => saveSegment(db, environment, body, { actor, ...guard, mustNotExist });
      const result = await underCondition(mustNotExist, () =>
        existingUnder(
          ifMatch !== undefined,
          async () => (await getEnvironment(db, environment)) !== undefined,
          () => writeUnder(ifMatch, currentVersion, write),
        ),
      );
      return answer(services, c, environment, body, result, mustNotExist ? 201 : 200);
    },
  );

  routes.add(
    "patch",
    SEGMENT,
    {
      tag,
      id: "patchSegment",
      summary: "Change a segment",
      description: "JSON merge patch (RFC 7396).",
      access: "write",
      headers: IF_MATCH,
      body: patchBody("SegmentPatch", { condition: { attribute: "plan", operator: "in", values: ["pro", "team"] } }),
      answers: { 200: { description: "Written.", schema: "SegmentWritten" } },
      problems: [409, 412],
    },
    (c, { body }) => patchSegment(services, c, body),
  );

  routes.add(
    "delete",
    SEGMENT,
    {
      tag,
      id: "deleteSegment",
      summary: "Delete a segment",
      description: "409 while flags or other segments use it; the answer names them.",
      access: "write",
      headers: IF_MATCH,
      answers: { 200: { description: "Deleted.", schema: "Written" } },
      problems: [409, 412],
    },
    async (c) => {
      const [environment, key, db] = [pathKey(c, "env"), requireKey(c, "segment"), await services.database()];
      const ifMatch = parseIfMatch(c.req.raw.headers);
      const actor = auditNameOf(c.get("actor"));
      const currentVersion = async () => notFoundUnless(await getSegment(db, environment, key), "segment").version;
      const write = (guard: Guard) => deleteSegment(db, environment, key, { actor, ...guard });
      const result = await writeUnder(ifMatch, currentVersion, write);
      return c.json(await publishWrite(services, c, environment, result));
    },
  );
}

async function patchSegment(services: Services, c: ManagementContext, patch: JsonObject): Promise<Response> {
  const [environment, key, db] = [pathKey(c, "env"), requireKey(c, "segment"), await services.database()];
  const ifMatch = parseIfMatch(c.req.raw.headers);
  const isAnyVersion = ifMatch === undefined || ifMatch === "*";
  const { segment, result } = await underCondition(!isAnyVersion, () =>
    retryOnConflict(
      async () => {
        const current = notFoundUnless(await getSegment(db, environment, key), "segment");
        if (!isAnyVersion && !ifMatch.includes(current.version)) throw new PreconditionFailedError(current.version);
        const { name, description, condition, version } = current;
        // Notes that the patch takes away are written as what they are when there are none.
        const base = { key, name, description, condition } as unknown as JsonObject;
        const parsed = parseSegment(mergePatch(base, patch), key);
        const segment = { ...parsed, name: parsed.name ?? key, description: parsed.description ?? "" };
        const options = { actor: auditNameOf(c.get("actor")), expectedVersion: version, mustExist: true };
        return { segment, result: await saveSegment(db, environment, segment, options) };
      },
      isAnyVersion || namesSeveral(ifMatch),
    ),
  );
  return answer(services, c, environment, segment, result, 200);
}

/** @throws InvalidInputError */
export function parseSegment(body: unknown, key: string | undefined): SegmentInput {
  // What only the server decides may stand in it, as GET gave it, and is not read.
  const { version: _, usedBy: __, createdAt: ___, updatedAt: ____, ...input } = withKey(body, key);
  return parseSegmentInput(input);
}

/** Read again after the write: who uses it, and whether it changed at all, only the store knows. */
async function answer(
  services: Services,
  c: ManagementContext,
  environment: string,
  segment: SegmentInput,
  result: WriteResult,
  status: 200 | 201,
): Promise<Response> {
  const published = await publishWrite(services, c, environment, result);
  const stored = await getSegment(await services.database(), environment, segment.key).catch(() => undefined);
  const view = stored === undefined ? { ...segment, version: result.version } : viewOf(stored);
  return c.json({ ...published, segment: view }, status, tagHeader(view.version));
}

function viewOf(segment: SegmentRecord): SegmentRecord {
  return { ...segment, createdAt: instantOf(segment.createdAt), updatedAt: instantOf(segment.updatedAt) };
}
