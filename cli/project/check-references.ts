import type { Condition } from "../../src/flags/document.ts";
import { referencesOf, referencesOfCondition } from "../../src/flags/references.ts";
import type { Contents } from "../../sdk/project/contents.ts";
import { inOrder } from "../../sdk/project/parts.ts";

/** The problems with the references of one environment's flags and segments. */
export interface ReferenceCheck {
  mistakes: string[];
  /** References to flags and segments outside the file. They are right if the deployment has them. */
  missing: string[];
}

/** Checks references as far as the file alone allows. */
export function checkReferences(environment: string, contents: Contents): ReferenceCheck {
  const { flags, segments } = contents;
  const mistakes: string[] = [];
  const missing: string[] = [];
  const users = [
    ...[...flags.values()].map((flag) => ({ user: `flag ${flag.key}`, references: referencesOf(flag) })),
    ...[...segments.values()].map(({ key, condition }) => ({
      user: `segment ${key}`,
      references: referencesOfCondition(condition as Condition, "/condition"),
    })),
  ];
  for (const { user, references } of users) {
    for (const { kind, name, variants = [], pointer } of references) {
      const place = `${user} in ${environment}, ${pointer}`;
      const flag = kind === "flag" ? flags.get(name) : undefined;
      if (kind === "flag" ? flag === undefined : !segments.has(name)) missing.push(`${place} names ${kind} ${name}`);
      const unknown = variants.filter((one) => flag !== undefined && !Object.hasOwn(flag.variants, one));
      if (unknown.length > 0)
        mistakes.push(`${place} names variants that flag ${name} does not have: ${unknown.join(", ")}`);
    }
  }
  const place = new Map(inOrder(contents).map((node, i) => [node, i]));
  for (const { user, references } of users) {
    // In this order, each one follows its references. If it cannot, its references form a loop.
    const back = references.find(({ kind, name }) => (place.get(`${kind} ${name}`) ?? -1) >= (place.get(user) ?? 0));
    if (back !== undefined)
      mistakes.push(
        `${user} in ${environment}, ${back.pointer} refers back to itself through ${back.kind} ${back.name}`,
      );
  }
  return { mistakes, missing };
}
