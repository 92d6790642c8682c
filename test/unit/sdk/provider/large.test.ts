import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeAll, expect, test } from "vitest";
import { type DefinitionSet, withDefinitions } from "../../../../sdk/provider/definition-set.ts";
import { EXAMPLE_PROJECT } from "../../../../dev/project/seed.ts";
import { projectDocuments, readProjectFile } from "../../../../dev/project/project-file.ts";
import { scaleProject } from "../../../../dev/project/scaled-project.ts";
import type { FlagDocument } from "../../../../src/flags/document.ts";
import { aFlagDocument } from "../../../support/flag-documents.ts";
import { definitionsWith } from "../../../support/process-deployment.ts";

const FLAGS = 10_000;
/** A pause comes after as many flags at most. */
const SLICE = 250;
/** `npm run bench:providers:load` measures a half of it at most (bytes). */
const MOST_HEAP = FLAGS * 4 * 1024;

let documents: FlagDocument[];
let pauses: number;
const pause = () => {
  pauses += 1;
  return Promise.resolve();
};

beforeAll(async () => {
  const project = scaleProject(await readProjectFile(EXAMPLE_PROJECT), FLAGS);
  documents = projectDocuments(project, "production", 1);
});

async function taken(base?: DefinitionSet) {
  pauses = 0;
  return await withDefinitions(base, definitionsWith(documents), pause);
}

test("a load of 10,000 flags pauses after every 250", async () => {
  const { set, changed } = await taken();
  expect([set.flags.size, changed.length]).toEqual([documents.length, documents.length]);
  expect(pauses).toBe(Math.floor(documents.length / SLICE));
});

test("a load of the same flags again compiles none, and pauses as often", async () => {
  const { set: base } = await taken();
  const { set, changed } = await taken(base);
  expect([changed, pauses]).toEqual([[], Math.floor(documents.length / SLICE)]);
  expect([...set.flags.values()].every((flag) => base.flags.get(flag.key) === flag)).toBe(true);
});

test("a change of one flag among 10,000 compiles that one, and does not pause", async () => {
  const { set: base } = await taken();
  pauses = 0;
  const part = {
    ...definitionsWith([aFlagDocument("new-one", 2)]),
    version: 2,
    full: false,
    gone: [documents[0]!.key],
  };
  const { set, changed } = await withDefinitions(base, part, pause);
  expect([changed, pauses]).toEqual([["new-one", documents[0]!.key], 0]);
  expect(set.flags.size).toBe(documents.length);
  expect(base.flags.has("new-one")).toBe(false);
});

test("a thousand changes leave the flags in memory, and no earlier set of them", async () => {
  const before = collectedHeap();
  let { set } = await taken();
  const loaded = collectedHeap() - before;
  const first = new WeakRef(set);
  for (let version = 2; version <= 1001; version++) {
    const part = { ...definitionsWith([{ ...documents[0]!, version }]), version, full: false };
    ({ set } = await withDefinitions(set, part, pause));
  }
  // A weak reference keeps its object until the current task is over.
  await new Promise((resolve) => setImmediate(resolve));
  const changed = collectedHeap() - before;
  expect(first.deref() === undefined).toBe(true);
  expect(set.flags.size).toBe(documents.length);
  expect(loaded).toBeLessThan(MOST_HEAP);
  expect(changed).toBeLessThan(loaded * 1.1);
});

/** Returns the bytes in use after a garbage collection. */
function collectedHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
