import { mergePatch } from "../../../flags/merge-patch.ts";
import { parsePatched } from "../../../flags/parse-patched.ts";
import { type SegmentInput, segmentInputSchema } from "../../../flags/schema.ts";
import { getSegment, listSegments, type SegmentRecord } from "../../../store/lists/segments.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import { deleteSegment, saveSegment } from "../../../store/writes/segments.ts";
import type { WriteResult } from "../../../store/writes/transaction.ts";
import type { Services } from "../../services.ts";
import { conditionalChange, conditionalWrite } from "../conditional-write.ts";
import { writerOf, environmentOf, type ManagementContext } from "../context.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import type { ListQuery } from "../page.ts";
import { isUnchanged, parseIfMatch, tagHeader, writeConditions } from "../preconditions.ts";
import { publishWrite } from "../publish-write.ts";
import { requireFound, requireKey, unknownEnvironment } from "../require.ts";
import { instantOf } from "../shape.ts";
import { parseSegment } from "./input.ts";

export async function showSegments(
  { database }: Pick<Services, "database">,
  c: ManagementContext,
  { query }: { query: ListQuery },
): Promise<Response> {
  const [environment, db] = [environmentOf(c), await database()];
  const [found, page] = await Promise.all([getEnvironment(db, environment), listSegments(db, environment, query)]);
  if (found === undefined) throw unknownEnvironment(environment);
  c.header("x-flags-version", String(found.version));
  return c.json({ items: page.items.map(viewOf), nextCursor: page.nextCursor ?? null });
}

export async function showSegment({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  const [environment, key] = [environmentOf(c), requireKey(c, "segment")];
  const segment = requireFound(await getSegment(await database(), environment, key), "segment", key, environment);
  if (isUnchanged(c.req.raw.headers, segment.version)) return c.body(null, 304, tagHeader(segment.version));
  return c.json(viewOf(segment), 200, tagHeader(segment.version));
}

export async function postSegment(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body: segment }: { body: SegmentInput },
): Promise<Response> {
  const [environment, db] = [environmentOf(c), await services.database()];
  const result = await saveSegment(db, environment, segment, { ...writerOf(c), mustNotExist: true });
  c.header("location", `/api/v1/environments/${environment}/segments/${encodeURIComponent(segment.key)}`);
  return await respondWithSegment(services, c, { environment, segment, result }, 201);
}

export async function putSegment(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body: segment }: { body: SegmentInput },
): Promise<Response> {
  const conditions = writeConditions(c.req.raw.headers);
  const [environment, db] = [environmentOf(c), await services.database()];
  const result = await conditionalWrite({
    conditions,
    currentVersion: async () => (await getSegment(db, environment, segment.key))?.version,
    write: (guard) => saveSegment(db, environment, segment, { ...writerOf(c), ...guard }),
    environmentExists: async () => (await getEnvironment(db, environment)) !== undefined,
  });
  const status = conditions.mustNotExist ? 201 : 200;
  return await respondWithSegment(services, c, { environment, segment, result }, status);
}

export async function patchSegment(
  services: Pick<Services, "database" | "publisher" | "clock" | "random">,
  c: ManagementContext,
  { body: patch }: { body: JsonObject },
): Promise<Response> {
  const [environment, key, db] = [environmentOf(c), requireKey(c, "segment"), await services.database()];
  const written = await conditionalChange({
    pauses: services,
    ifMatch: parseIfMatch(c.req.raw.headers),
    read: async () => requireFound(await getSegment(db, environment, key), "segment", key, environment),
    write: async ({ name, description, condition, version }) => {
      const base = { key, name, description, condition } as unknown as JsonObject;
      const hasStoredCondition = !Object.hasOwn(patch, "condition");
      const whole = mergePatch(base, patch, segmentInputSchema) as JsonObject;
      const parse = (input: JsonObject) => parseSegment(input, key, { hasStoredCondition });
      const merged = parsePatched({ patch, merged: whole }, parse);
      // The store leaves a missing note as it is, but a note that the patch removes must go back to its default.
      const segment = { ...merged, name: merged.name ?? key, description: merged.description ?? "" };
      const options = { ...writerOf(c), expectedVersion: version, mustExist: true };
      return { environment, segment, result: await saveSegment(db, environment, segment, options) };
    },
  });
  return await respondWithSegment(services, c, written, 200);
}

export async function removeSegment(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
): Promise<Response> {
  const [environment, key, db] = [environmentOf(c), requireKey(c, "segment"), await services.database()];
  const result = await conditionalWrite({
    conditions: { ifMatch: parseIfMatch(c.req.raw.headers) },
    currentVersion: async () =>
      requireFound(await getSegment(db, environment, key), "segment", key, environment).version,
    write: ({ expectedVersion }) => deleteSegment(db, environment, key, { ...writerOf(c), expectedVersion }),
  });
  return c.json(await publishWrite(services, c, environment, result));
}

/** Reads the segment again: only the store knows who uses it, and whether the write changed it. */
async function respondWithSegment(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  written: { environment: string; segment: SegmentInput; result: WriteResult },
  status: 200 | 201,
): Promise<Response> {
  const { environment, segment, result } = written;
  const published = await publishWrite(services, c, environment, result);
  const stored = await getSegment(await services.database(), environment, segment.key).catch(() => undefined);
  const view = stored === undefined ? { ...segment, version: result.version } : viewOf(stored);
  return c.json({ ...published, segment: view }, status, tagHeader(view.version));
}

function viewOf(segment: SegmentRecord): SegmentRecord {
  return { ...segment, createdAt: instantOf(segment.createdAt), updatedAt: instantOf(segment.updatedAt) };
}
