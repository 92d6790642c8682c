import type { FlagInput } from "../../../flags/parse.ts";
import type { Services } from "../../services.ts";
import type { FlagNotes } from "../../../store/inputs.ts";
import { getFlag } from "../../../store/lists/flags.ts";
import { getEnvironment } from "../../../store/writes/environments.ts";
import type { WriteResult } from "../../../store/writes/transaction.ts";
import { deleteFlag, saveFlag } from "../../../store/writes/flags.ts";
import { auditNameOf } from "../actor.ts";
import { type ManagementContext, pathKey } from "../context.ts";
import {
  type FlagView,
  type JsonObject,
  parseFlag,
  patchBase,
  patchedNotes,
  storedFlag,
  viewOfRecord,
  viewOfWritten,
} from "./flag-input.ts";
import { mergePatch } from "../../../flags/merge-patch.ts";
import { isCreateOnly, parseIfMatch, PreconditionFailedError } from "../preconditions.ts";
import { notFoundUnless, requireKey } from "../require.ts";
import {
  documentVersionAfter,
  existingUnder,
  type Guard,
  namesSeveral,
  publishWrite,
  retryOnConflict,
  tagHeader,
  underCondition,
  writeUnder,
} from "../written.ts";

/** What was written, and under which version it was found. */
interface FlagWrite {
  environment: string;
  flag: FlagInput;
  notes: FlagNotes;
  result: WriteResult;
  /** Version of the document before; undefined: not known. */
  previousVersion?: number | undefined;
}

export async function createFlag(services: Services, c: ManagementContext, flag: FlagInput): Promise<Response> {
  const environment = pathKey(c, "env");
  const options = { actor: auditNameOf(c.get("actor")), mustNotExist: true };
  const result = await saveFlag(await services.database(), environment, storedFlag(flag), options);
  c.header("location", `/api/v1/environments/${environment}/flags/${flag.key}`);
  return answer(services, c, { environment, flag, notes: flag, result }, 201);
}

export async function replaceFlag(services: Services, c: ManagementContext, flag: FlagInput): Promise<Response> {
  const { headers } = c.req.raw;
  const [environment, db] = [pathKey(c, "env"), await services.database()];
  const [ifMatch, mustNotExist] = [parseIfMatch(headers), isCreateOnly(headers)];
  const actor = auditNameOf(c.get("actor"));
  const currentVersion = async () => (await getFlag(db, environment, flag.key))?.version;
  const write = (guard: Guard) => saveFlag(db, environment, storedFlag(flag), { actor, ...guard, mustNotExist });
  const result = await underCondition(mustNotExist, () =>
    existingUnder(
      ifMatch !== undefined,
      async () => (await getEnvironment(db, environment)) !== undefined,
      () => writeUnder(ifMatch, currentVersion, write),
    ),
  );
  return answer(services, c, { environment, flag, notes: flag, result }, mustNotExist ? 201 : 200);
}

/** Merges under the version that was read: the store refuses when it has moved on, and the merge is made again. */
export async function patchFlag(
  services: Services,
  c: ManagementContext,
  { environment, patch }: { environment: string; patch: JsonObject },
): Promise<Response> {
  const key = requireKey(c, "flag");
  const ifMatch = parseIfMatch(c.req.raw.headers);
  const db = await services.database();
  const actor = auditNameOf(c.get("actor"));
  const isAsked = (version: number) => ifMatch === undefined || ifMatch === "*" || ifMatch.includes(version);

  const write = await underCondition(ifMatch !== undefined, () =>
    retryOnConflict(
      async (attempt): Promise<FlagWrite> => {
        const held =
          attempt === 1 ? services.tiers.l1.environment(environment).lookup(key)?.value?.document : undefined;
        // What this isolate holds may be behind: only the store may say that the caller's version is the old one.
        const current = held !== undefined && isAsked(held.version) ? held : await getFlag(db, environment, key);
        const base = patchBase(notFoundUnless(current, "flag"));
        if (!isAsked(base.version)) throw new PreconditionFailedError(base.version);
        const flag = parseFlag(mergePatch(base.flag, patch), key);
        const notes = patchedNotes(patch, flag);
        const options = { actor, expectedVersion: base.version, mustExist: true };
        const result = await saveFlag(db, environment, storedFlag(flag, notes), options);
        return { environment, flag, notes, result, previousVersion: base.version };
      },
      ifMatch === undefined || ifMatch === "*" || namesSeveral(ifMatch),
    ),
  );
  return answer(services, c, write, 200);
}

export async function removeFlag(services: Services, c: ManagementContext): Promise<Response> {
  const [environment, key, db] = [pathKey(c, "env"), requireKey(c, "flag"), await services.database()];
  const ifMatch = parseIfMatch(c.req.raw.headers);
  const actor = auditNameOf(c.get("actor"));
  const currentVersion = async () => notFoundUnless(await getFlag(db, environment, key), "flag").version;
  const write = (guard: Guard) => deleteFlag(db, environment, key, { actor, ...guard });
  const result = await writeUnder(ifMatch, currentVersion, write);
  return c.json(await publishWrite(services, c, environment, result));
}

async function answer(
  services: Services,
  c: ManagementContext,
  write: FlagWrite,
  status: 200 | 201,
): Promise<Response> {
  const published = await publishWrite(services, c, write.environment, write.result);
  const view = await viewAfter(services, write);
  return c.json({ ...published, flag: view }, status, tagHeader(view.version));
}

/** Writing what is there already makes no version; which one it has then, only the store knows. */
async function viewAfter(
  services: Services,
  { environment, flag, notes, result, previousVersion }: FlagWrite,
): Promise<FlagView> {
  const version = documentVersionAfter(result, flag.key) ?? previousVersion;
  if (version !== undefined) return viewOfWritten(flag, notes, version);
  const stored = await getFlag(await services.database(), environment, flag.key).catch(() => undefined);
  return stored === undefined ? viewOfWritten(flag, notes, result.version) : viewOfRecord(stored);
}
