import { mergePatch } from "../../../flags/merge-patch.ts";
import { parsePatched } from "../../../flags/parse-patched.ts";
import type { FlagInput } from "../../../flags/document.ts";
import { flagInputSchema } from "../../../flags/schema.ts";
import { NotFoundError } from "../../../ops/errors.ts";
import type { StoreDatabase } from "../../../store/client.ts";
import { getFlag, listFlags } from "../../../store/lists/flags.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import type { FlagNotes } from "../../../store/inputs.ts";
import { deleteFlag, saveFlag } from "../../../store/writes/flags.ts";
import type { WriteResult } from "../../../store/writes/transaction.ts";
import type { Services } from "../../services.ts";
import { missingFlag } from "../archive/archived.ts";
import { conditionalChange, conditionalWrite } from "../conditional-write.ts";
import { writerOf, environmentOf, type ManagementContext, visibleEnvironments } from "../context.ts";
import { pageInState, withStates } from "../lifecycle/states.ts";
import { readUse } from "../lifecycle/warnings.ts";
import type { JsonObject } from "../merge-patch-body.ts";
import { isMatch, isUnchanged, parseIfMatch, tagHeader, writeConditions } from "../preconditions.ts";
import { documentVersionAfter, publishWrite } from "../publish-write.ts";
import { requireFound, requireKey, unknownEnvironment } from "../require.ts";
import {
  type FlagView,
  parseFlag,
  patchBase,
  patchedNotes,
  storedFlag,
  viewOfListed,
  viewOfRecord,
  viewOfWritten,
} from "./flag-forms.ts";
import { filterOf, type FlagQuery } from "./input.ts";

/** A flag that was written, with the result of the write. */
interface WrittenFlag {
  environment: string;
  flag: FlagInput;
  notes: FlagNotes;
  result: WriteResult;
  /** Version of the document before the write, if it was read. */
  previousVersion?: number;
}

export async function showFlags(
  { database, clock }: Pick<Services, "database" | "clock">,
  c: ManagementContext,
  { query }: { query: FlagQuery },
): Promise<Response> {
  const [environment, db, now] = [environmentOf(c), await database(), clock.now()];
  const { everywhere, ...filters } = query;
  const filter = { ...filterOf(filters, now), enabledIn: everywhere === "true" ? visibleEnvironments(c) : undefined };
  const [found, page] = await Promise.all([
    getEnvironment(db, environment),
    pageInState(
      query,
      (part) => listFlags(db, environment, { ...filter, ...part }),
      (records) => withStates(db, records, now, environment),
    ),
  ]);
  if (found === undefined) throw unknownEnvironment(environment);
  c.header("x-flags-version", String(found.version));
  const items = page.items.map((record) => {
    const { state, enabledIn } = record;
    return { ...viewOfListed(record), state, ...(enabledIn === undefined ? {} : { enabledIn }) };
  });
  return c.json({ items, nextCursor: page.nextCursor ?? null });
}

export async function showFlag({ database }: Pick<Services, "database">, c: ManagementContext): Promise<Response> {
  const [environment, key] = [environmentOf(c), requireKey(c, "flag")];
  const db = await database();
  const flag = await getFlag(db, environment, key);
  if (flag === undefined) throw await missingFlag(db, key, environment, 404);
  if (isUnchanged(c.req.raw.headers, flag.version)) return c.body(null, 304, tagHeader(flag.version));
  return c.json(viewOfRecord(flag), 200, tagHeader(flag.version));
}

export async function postFlag(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body: flag }: { body: FlagInput },
): Promise<Response> {
  const [environment, db] = [environmentOf(c), await services.database()];
  const result = await saveFlag(db, environment, storedFlag(flag), { ...writerOf(c), mustNotExist: true });
  c.header("location", `/api/v1/environments/${environment}/flags/${encodeURIComponent(flag.key)}`);
  return await respondWithFlag(services, c, { environment, flag, notes: flag, result }, 201);
}

export async function putFlag(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  { body: flag }: { body: FlagInput },
): Promise<Response> {
  const conditions = writeConditions(c.req.raw.headers);
  const [environment, db] = [environmentOf(c), await services.database()];
  const result = await conditionalWrite({
    conditions,
    currentVersion: async () => (await getFlag(db, environment, flag.key))?.version,
    write: (guard) => saveFlag(db, environment, storedFlag(flag), { ...writerOf(c), ...guard }),
    environmentExists: async () => (await getEnvironment(db, environment)) !== undefined,
  });
  const status = conditions.mustNotExist ? 201 : 200;
  return await respondWithFlag(services, c, { environment, flag, notes: flag, result }, status);
}

export async function patchFlag(
  services: Pick<Services, "database" | "publisher" | "tiers" | "clock" | "random">,
  c: ManagementContext,
  { body: patch }: { body: JsonObject },
): Promise<Response> {
  return await patchFlagIn(environmentOf(c), services, c, patch);
}

/** The short form of `patchFlag`, with the environment in the query. */
export async function updateFlag(
  services: Pick<Services, "database" | "publisher" | "tiers" | "clock" | "random">,
  c: ManagementContext,
  { query, body: patch }: { query: { environment: string }; body: JsonObject },
): Promise<Response> {
  return await patchFlagIn(query.environment, services, c, patch);
}

async function patchFlagIn(
  environment: string,
  services: Pick<Services, "database" | "publisher" | "tiers" | "clock" | "random">,
  c: ManagementContext,
  patch: JsonObject,
): Promise<Response> {
  const [key, ifMatch, db] = [requireKey(c, "flag"), parseIfMatch(c.req.raw.headers), await services.database()];
  const written = await conditionalChange({
    ifMatch,
    pauses: services,
    read: async (attempt) => {
      // A new JSON Schema is compared with the fallback, which only the store has.
      const mayUseCache = attempt === 1 && !Object.hasOwn(patch, "jsonSchema");
      const entry = mayUseCache ? services.tiers.l1.environment(environment).lookup(key) : undefined;
      const cached = entry?.value;
      // A cached document saves a read, but may be outdated. Only the store can say that the caller's version is old.
      if (cached && isMatch(ifMatch, cached.version)) return cached.document();
      const flag = await getFlag(db, environment, key);
      if (flag === undefined) throw await missingFlag(db, key, environment, 409);
      return flag;
    },
    write: async (current): Promise<WrittenFlag> => {
      const hasStoredRules = !Object.hasOwn(patch, "rules");
      const merged = mergePatch(patchBase(current, patch), patch, flagInputSchema) as JsonObject;
      const flag = parsePatched({ patch, merged }, (input) => parseFlag(input, key, { hasStoredRules }));
      const notes = patchedNotes(patch, flag);
      const options = { ...writerOf(c), expectedVersion: current.version, mustExist: true };
      const result = await saveFlag(db, environment, storedFlag(flag, notes), options);
      return { environment, flag, notes, result, previousVersion: current.version };
    },
  });
  return await respondWithFlag(services, c, written, 200);
}

export async function removeFlag(
  services: Pick<Services, "database" | "publisher" | "clock">,
  c: ManagementContext,
): Promise<Response> {
  const [environment, key, db] = [environmentOf(c), requireKey(c, "flag"), await services.database()];
  const { warnings } = await readUse(db, key, services.clock.now(), environment);
  const result = await conditionalWrite({
    conditions: { ifMatch: parseIfMatch(c.req.raw.headers) },
    currentVersion: async () => requireFound(await getFlag(db, environment, key), "flag", key, environment).version,
    write: ({ expectedVersion }) => deleteFlag(db, environment, key, { ...writerOf(c), expectedVersion }),
  }).catch(async (error: unknown) => {
    throw error instanceof NotFoundError ? await missingFlag(db, key, environment, 409) : error;
  });
  return c.json({ ...(await publishWrite(services, c, environment, result)), warnings });
}

async function respondWithFlag(
  services: Pick<Services, "database" | "publisher">,
  c: ManagementContext,
  written: WrittenFlag,
  status: 200 | 201,
): Promise<Response> {
  const published = await publishWrite(services, c, written.environment, written.result);
  const flag = await viewAfterWrite(await services.database(), written);
  return c.json({ ...published, flag }, status, tagHeader(flag.version));
}

/** Writing what is already stored makes no version. Only the store knows which version the document then has. */
async function viewAfterWrite(
  db: StoreDatabase,
  { environment, flag, notes, result, previousVersion }: WrittenFlag,
): Promise<FlagView> {
  const version = documentVersionAfter(result, flag.key) ?? previousVersion;
  if (version !== undefined) return viewOfWritten(flag, notes, version);
  const stored = await getFlag(db, environment, flag.key).catch(() => undefined);
  return stored === undefined ? viewOfWritten(flag, notes, result.version) : viewOfRecord(stored);
}
