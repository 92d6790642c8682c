/** Changes of one flag in one environment, with the result that a dry run compares. */
import { ApiError } from "../../../sdk/client/client.ts";
import type { Flag } from "../../../sdk/client/contract.ts";
import { storedFlag } from "../../../sdk/project/contents.ts";
import type { JsonValue } from "../../../src/flags/document.ts";
import { mergePatch } from "../../../src/flags/merge-patch.ts";
import { flagInputSchema } from "../../../src/flags/schema.ts";
import { type Change, ifExists } from "../../change.ts";
import { RefusedError } from "../../exit.ts";
import type { Session } from "../../session.ts";

type Headers = Record<string, string>;
type Fields = Record<string, JsonValue>;

export async function readFlag(session: Session, key: string): Promise<Flag> {
  return (await session.client.call("getFlag", { path: { env: session.environment(), key } })).body;
}

/** Replaces the whole flag, or creates it and says who sees it. */
export function replaced(session: Session, key: string, body: object, headers: Headers): Change {
  const { before, write, ...change } = written(session, key, body, headers);
  let isNew = false;
  const look = async () => {
    const now = await before();
    isNew = now === undefined;
    return now;
  };
  return {
    ...change,
    before: look,
    write: async (query) => {
      if (query.dryRun === undefined) await look();
      return await write(query);
    },
    remark: (flag) => (isNew ? audienceOf(flag) : undefined),
  };
}

function written(session: Session, key: string, body: object, headers: Headers): Change {
  const path = { env: session.environment(), key };
  return {
    subject: `flag ${key} in ${path.env}`,
    before: async () => {
      const flag = await ifExists(() => readFlag(session, key));
      return flag && storedFlag(flag);
    },
    // A document without notes leaves them as they are.
    after: (before) => storedFlag({ ...notesOf(before), ...body }),
    write: (query) => session.client.call("putFlag", { path, query, body: body as Flag, headers }),
  };
}

/** Creates the flag, and says who sees it. */
export function created(session: Session, key: string, body: object): Change {
  const change = written(session, key, body, { "If-None-Match": "*" });
  return {
    ...change,
    write: async (query) => {
      try {
        return await change.write(query);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 412) throw error;
        throw new RefusedError(
          `flag ${key} already exists in ${session.environment()}; \`burgee flags set\` changes it`,
        );
      }
    },
    remark: audienceOf,
  };
}

function audienceOf(response: object): string | undefined {
  const isVisible = (response as { flag?: Flag }).flag?.clientVisible === true;
  return isVisible ? undefined : "only servers see it; --client-visible for pages and apps";
}

/** Changes some fields of the flag. */
export function patched(session: Session, key: string, body: Record<string, unknown>, headers: Headers = {}): Change {
  const path = { env: session.environment(), key };
  return {
    subject: `flag ${key} in ${path.env}`,
    before: () => readFlag(session, key),
    after: (before) => mergePatch(before as Fields, body as Fields, flagInputSchema),
    write: (query) => session.client.call("patchFlag", { path, query, body, headers }),
  };
}

function notesOf(flag: object): object {
  const { description, tags, owner, fallback, jsonSchema, lifetime, expiresAt } = flag as Partial<Flag>;
  return { description, tags, owner, fallback, jsonSchema, lifetime, expiresAt };
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
