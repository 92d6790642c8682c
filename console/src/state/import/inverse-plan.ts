/** The plan that undoes a write of many flags and segments, except for those that have changed since. */
import { isSame } from "../../../../sdk/client/differences.ts";
import type { Contents, Deployed } from "../../../../sdk/project/contents.ts";
import { type EnvironmentPlan, plan, type PlannedChange } from "../../../../sdk/project/plan.ts";
import type { Condition } from "../../../../src/flags/document.ts";
import { referencesOf, referencesOfCondition } from "../../../../src/flags/references.ts";

/** A flag or segment that stays as it is. */
export interface Left {
  /** `flag checkout` */
  name: string;
  reason: string;
}

export interface Inverse {
  plan: EnvironmentPlan;
  left: readonly Left[];
}

/**
 * Returns the plan that brings back the contents before `written`. It leaves documents that have changed since,
 * those in `kept` with the reason, and created ones that anything else uses.
 */
export function inversePlan(written: EnvironmentPlan, now: Deployed, kept: ReadonlyMap<string, string>): Inverse {
  const { environment, changes } = written;
  const contents: Contents = { flags: new Map(now.flags), segments: new Map(now.segments) };
  const left: Left[] = [];
  const deleted: PlannedChange[] = [];
  for (const change of changes) {
    const [before, after, current] = [written.now, written.contents, now].map((one) => documentIn(one, change));
    if (isSame(before, current)) continue;
    const reason = !isSame(after, current) ? "it has changed since" : kept.get(nameOf(change));
    if (reason !== undefined) left.push({ name: nameOf(change), reason });
    else if (before !== undefined) put(contents, change, before);
    else {
      listIn(contents, change).delete(change.key);
      deleted.push(change);
    }
  }
  left.push(...withoutBrokenReferences(contents, now, deleted));
  const inverse = { environment, contents, now, version: now.version, kept: [] };
  return { plan: { ...inverse, changes: plan(now, contents, true) }, left };
}

/** Brings back the deleted documents that something else uses, and those that they use. */
function withoutBrokenReferences(contents: Contents, now: Contents, deleted: readonly PlannedChange[]): Left[] {
  const left: Left[] = [];
  for (;;) {
    const users = usersIn(contents);
    const used = deleted.filter((one) => documentIn(contents, one) === undefined && users.has(nameOf(one)));
    if (used.length === 0) return left;
    for (const one of used) {
      put(contents, one, documentIn(now, one) ?? {});
      left.push({ name: nameOf(one), reason: `${users.get(nameOf(one))} uses it` });
    }
  }
}

/** Returns one user of each document that is used. */
function usersIn({ flags, segments }: Contents): Map<string, string> {
  const users = new Map<string, string>();
  for (const flag of flags.values()) {
    for (const { kind, name } of referencesOf(flag)) users.set(`${kind} ${name}`, `flag ${flag.key}`);
  }
  for (const { key, condition } of segments.values()) {
    for (const { kind, name } of referencesOfCondition(condition as Condition)) {
      users.set(`${kind} ${name}`, `segment ${key}`);
    }
  }
  return users;
}

type Name = Pick<PlannedChange, "kind" | "key">;

export function nameOf({ kind, key }: Name): string {
  return `${kind} ${key}`;
}

function listIn(contents: Contents, { kind }: Name): Map<string, object> {
  return kind === "flag" ? contents.flags : contents.segments;
}

function documentIn(contents: Contents, name: Name): object | undefined {
  return listIn(contents, name).get(name.key);
}

function put(contents: Contents, name: Name, document: object): void {
  listIn(contents, name).set(name.key, document);
}
