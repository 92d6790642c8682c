/** A deployment's contents as the text of a project file: in a stable order, into what is there already if anything is. */
import { Document, isMap, isScalar, isSeq, type Node, parseDocument, Scalar, visit, YAMLMap, YAMLSeq } from "yaml";
import { differences } from "../../sdk/client/differences.ts";
import { UsageError } from "../exit.ts";
import type { Contents, WholeFlag, WholeSegment } from "./contents.ts";
import { parseProject, type ProjectFile } from "./file.ts";

/** One environment as it is exported. */
export interface ExportedEnvironment {
  key: string;
  name: string;
  contents: Contents;
}

const DEFINITION = ["kind", "type", "description", "tags", "owner", "clientVisible", "metadata", "variants"] as const;
const CONFIGURATION = ["enabled", "offVariant", "rules", "default", "prerequisites"] as const;

/** The project that the environments make together, flags and segments by key. Empty lists and texts are left out. */
export function projectOf(environments: readonly ExportedEnvironment[]): ProjectFile {
  const keys = [...new Set(environments.flatMap(({ contents }) => [...contents.flags.keys()]))].toSorted();
  return {
    environments: environments.map(({ key, name }) => ({ key, name })),
    segments: Object.fromEntries(
      environments.map(({ key, contents }) => [
        key,
        Object.fromEntries([...contents.segments].map(([name, segment]) => [name, segmentFields(segment)])),
      ]),
    ),
    flags: keys.map((key) => {
      const configured = environments.flatMap((environment) => {
        const flag = environment.contents.flags.get(key);
        return flag === undefined ? [] : [[environment.key, flag] as const];
      });
      const configurations = configured.map(([name, flag]) => [name, pick(flag, CONFIGURATION)]);
      const definition = configured[0]?.[1];
      return {
        key,
        ...(definition && pick(definition, DEFINITION)),
        environments: Object.fromEntries(configurations),
      };
    }),
  } as unknown as ProjectFile;
}

/** A new file's text. `schema` goes into its first line, for editors that complete and check as one types. */
export function projectText(project: ProjectFile, schema: string): string {
  const document = new Document(project, { compat: "yaml-1.1" });
  document.commentBefore = ` yaml-language-server: $schema=${schema}`;
  layOut(document.contents, "");
  for (const name of ["segments", "flags"]) {
    const part = document.get(name, true);
    // An empty line before each part, and before each flag.
    if (isSeq(part)) part.items.forEach((item, i) => spaceBefore(item, i > 0));
  }
  if (isMap(document.contents)) document.contents.items.forEach(({ key }, i) => spaceBefore(key, i > 0));
  return document.toString(WRITING);
}

/**
 * The text of `text` with these environments as they are now. What has not changed stays as it is written; comments and
 * the order of flags stay; environments that are not exported are left alone. @throws UsageError
 */
export function updatedText(text: string, name: string, environments: readonly ExportedEnvironment[]): string {
  const before = parseProject(text, name);
  const exported = projectOf(environments);
  const keys = new Set(environments.map(({ key }) => key));
  const after = combined(before, exported, keys);
  if (differences(before, after).length === 0) return text;
  const document = parseDocument(text, { compat: "yaml-1.1" });
  document.contents = merged(document, document.contents, after) as typeof document.contents;
  try {
    const written = document.toString({ ...WRITING, flowCollectionPadding: /\{ /.test(text) });
    if (differences(parseProject(written, name), after).length === 0) return written;
  } catch {
    // An anchor that is gone, say.
  }
  throw new UsageError(`${name} cannot be changed in place: it uses anchors in what has changed. Export to a new file`);
}

const WRITING = { lineWidth: 120, indentSeq: true } as const;

/** The file's project with the exported one in it. What means the same keeps the form that it has in the file. */
function combined(file: ProjectFile, exported: ProjectFile, keys: ReadonlySet<string>): ProjectFile {
  const news = new Map(exported.flags.map((flag) => [flag.key, flag]));
  const known = new Set(file.flags.map(({ key }) => key));
  const named = new Set(file.environments.map(({ key }) => key));
  return {
    // A name counts when an environment is made, and never again: people may call it something else in their file.
    environments: [...file.environments, ...exported.environments.filter(({ key }) => !named.has(key))],
    segments: {
      ...file.segments,
      ...Object.fromEntries(
        Object.entries(exported.segments)
          .filter(([key, all]) => key in file.segments || Object.keys(all).length > 0)
          .map(([key, all]) => [key, inFormOf(file.segments[key], all)]),
      ),
    },
    flags: [
      ...file.flags.flatMap((flag) => {
        const others = Object.entries(flag.environments).filter(([key]) => !keys.has(key));
        const now = news.get(flag.key);
        if (now === undefined)
          return others.length === 0 ? [] : [{ ...flag, environments: Object.fromEntries(others) }];
        const { environments: was, ...definition } = flag;
        const { environments: is, ...defined } = now;
        const configurations = { ...Object.fromEntries(others), ...mapValues(is, (one, key) => sameAs(was[key], one)) };
        return [{ ...sameAs(definition, defined), environments: inOrderOf(was, configurations) } as typeof flag];
      }),
      ...exported.flags.filter(({ key }) => !known.has(key)),
    ],
  };
}

function inFormOf<T extends object>(
  before: Record<string, T> | undefined,
  after: Record<string, T>,
): Record<string, T> {
  return inOrderOf(
    before ?? {},
    mapValues(after, (one, key) => sameAs(before?.[key], one)),
  );
}

/** `after`, its fields in the form of `before`: what only leaves a default out, or writes one out, stays so. */
function sameAs<T extends object>(before: T | undefined, after: T): T {
  if (before === undefined) return after;
  const was = before as Record<string, unknown>;
  const fields = Object.entries(after)
    .filter(([name, value]) => name in was || !isDefault(name, value))
    .map(([name, value]) => [name, name in was && isSame(was[name], value) ? was[name] : value] as const);
  const writtenOut = Object.entries(was).filter(([name, value]) => !(name in after) && isDefault(name, value));
  return inOrderOf(was, Object.fromEntries([...fields, ...writtenOut])) as T;
}

const DEFAULTS: Record<string, unknown> = { kind: "flag", clientVisible: false, offVariant: null };

function isDefault(name: string, value: unknown): boolean {
  if (name in DEFAULTS) return DEFAULTS[name] === value;
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function isSame(before: unknown, after: unknown): boolean {
  return differences(withRollouts(before), withRollouts(after)).length === 0;
}

/** A rollout may leave out whom it splits by, and how. */
function withRollouts(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, part: unknown) =>
    name === "rollout" ? { by: ["targetingKey"], hash: "murmur3-mulshift", ...(part as object) } : part,
  ) as unknown;
}

function inOrderOf<T>(order: object, record: Record<string, T>): Record<string, T> {
  const names = Object.keys(order).filter((name) => name in record);
  return { ...Object.fromEntries(names.map((name) => [name, record[name] as T])), ...record };
}

function mapValues<T>(record: Record<string, T>, change: (value: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

function segmentFields({ name, description, condition }: WholeSegment): object {
  return { name, ...(description === "" ? {} : { description }), condition };
}

function pick(flag: WholeFlag, names: readonly (keyof WholeFlag)[]): object {
  const given = names.map((name) => [name, flag[name]] as const);
  return Object.fromEntries(given.filter(([name, value]) => name in DEFAULTS || !isDefault(name, value)));
}

/** `node` changed into `value`: what is the same stays the node that it is, with its comments and its form. */
function merged(document: Document, node: unknown, value: unknown): unknown {
  if (isMap(node) && typeof value === "object" && value !== null && !Array.isArray(value)) {
    const fields = value as Record<string, unknown>;
    node.items = node.items.filter(({ key }) => String(isScalar(key) ? key.value : key) in fields);
    for (const [name, field] of Object.entries(fields)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === name);
      if (pair === undefined) node.add(document.createPair(name, created(document, field, name)));
      else pair.value = merged(document, pair.value, field);
    }
    return node;
  }
  if (isSeq(node) && Array.isArray(value)) {
    const items = node.items;
    // A comment above the first item is read as one of the list; it goes where its item goes.
    const [top] = items;
    if (isMap(top) && idOf(top) !== undefined && node.commentBefore != null && top.commentBefore == null) {
      [top.commentBefore, node.commentBefore] = [node.commentBefore, null];
    }
    node.items = value.map((item: { id?: string; key?: string } | null, i) => {
      const id = item?.id ?? item?.key;
      const known = id === undefined ? items[i] : items.find((one) => idOf(one) === id);
      return known === undefined ? created(document, item, "") : merged(document, known, item);
    });
    return node;
  }
  if (isScalar(node) && typeof node.value === typeof value) {
    if (node.value !== value) node.value = value;
    return node;
  }
  return created(document, value, "");
}

function idOf(item: unknown): unknown {
  return isMap(item) ? (item.get("id") ?? item.get("key")) : undefined;
}

function created(document: Document, value: unknown, name: string): Node {
  const node = document.createNode(value);
  layOut(node, name);
  return node;
}

/** Fields whose value is read at a glance stand on one line where they fit. */
const SHORT = new Set(["variants", "metadata", "tags", "when", "condition", "serve", "default", "prerequisites"]);
const ONE_LINE = 90;

function layOut(node: unknown, name: string): void {
  visit(node as Node, {
    Pair: (_, { key, value }) => {
      if (SHORT.has(String(isScalar(key) ? key.value : key))) flow(value);
    },
  });
  if (SHORT.has(name)) flow(node);
}

function flow(node: unknown): void {
  if (!(node instanceof YAMLMap || node instanceof YAMLSeq)) return;
  if (JSON.stringify(node).length <= ONE_LINE) node.flow = true;
  else for (const item of node.items as unknown[]) flow(item instanceof Object && "value" in item ? item.value : item);
}

function spaceBefore(node: unknown, isWanted: boolean): void {
  if (isWanted && (node instanceof Scalar || node instanceof YAMLMap)) node.spaceBefore = true;
}
