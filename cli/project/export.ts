/** Writes a deployment's contents as a project file in a stable order, or updates an existing file. */
import { Document, isMap, isScalar, isSeq, type Node, parseDocument, Scalar, visit, YAMLMap, YAMLSeq } from "yaml";
import { isSame } from "../../sdk/client/differences.ts";
import type { Contents, WholeFlag, WholeSegment } from "../../sdk/project/contents.ts";
import { markLargeNumbers } from "../../sdk/project/yaml.ts";
import type { JsonValue } from "../../src/flags/document.ts";
import { schemaInOrder } from "../../src/flags/json-schema/in-order.ts";
import { UsageError } from "../exit.ts";
import { withLayoutOf } from "./keep-layout.ts";
import { inFixedOrder } from "./field-order.ts";
import { parseProject, type ProjectFile } from "./file.ts";

/** An environment to export. */
export interface ExportedEnvironment {
  key: string;
  name: string;
  contents: Contents;
}

const DEFINITION = [
  "kind",
  "type",
  "description",
  "tags",
  "owner",
  "clientVisible",
  "metadata",
  "variants",
  "fallback",
  "jsonSchema",
  "lifetime",
  "expiresAt",
] as const;
/** Fields that contain the user's own JSON, whose order must stay. */
const FREE_FORM_FIELDS = new Set(["variants", "metadata", "fallback"]);
const CONFIGURATION = ["enabled", "offVariant", "rules", "default", "prerequisites"] as const;

/** Combines the environments into a project, sorted by key. Leaves out empty lists and texts. */
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

/** Returns the text of a new file. Its first line names the `schema`, if any, for completion in editors. */
export function projectText(project: ProjectFile, schema?: string): string {
  const document = new Document(project, { compat: "yaml-1.1" });
  markLargeNumbers(document);
  if (schema !== undefined) document.commentBefore = ` yaml-language-server: $schema=${schema}`;
  layOut(document.contents, "");
  for (const name of ["segments", "flags"]) {
    const part = document.get(name, true);
    // An empty line before each part and each flag.
    if (isSeq(part)) part.items.forEach((item, i) => spaceBefore(item, i > 0));
  }
  if (isMap(document.contents)) document.contents.items.forEach(({ key }, i) => spaceBefore(key, i > 0));
  return document.toString(WRITING);
}

/**
 * Updates the text of a project file with the current environments. Unchanged parts, comments, the order of flags and
 * environments that are not exported stay.
 *
 * @throws UsageError
 */
export function updatedText(text: string, name: string, environments: readonly ExportedEnvironment[]): string {
  const before = parseProject(text, name);
  const exported = projectOf(environments);
  const keys = new Set(environments.map(({ key }) => key));
  const after = combined(before, exported, keys);
  if (isSame(before, after)) return text;
  // The YAML writer only writes \n.
  if (text.includes("\r\n")) {
    return updatedText(text.replaceAll("\r\n", "\n"), name, environments).replaceAll("\n", "\r\n");
  }
  const document = parseDocument(text, { compat: "yaml-1.1" });
  const { segments, ...withoutSegments } = after;
  const hasSegments = document.has("segments") || Object.keys(segments).length > 0;
  const wanted = hasSegments ? after : withoutSegments;
  document.contents = merged(document, document.contents, wanted) as typeof document.contents;
  markLargeNumbers(document);
  try {
    const written = document.toString({
      ...WRITING,
      flowCollectionPadding: /\{ /.test(text),
      indentSeq: !/^flags:[^\n]*\n(?:\s*(?:#.*)?\n)*- /m.test(text),
    });
    if (isSameProject(written, after)) {
      const kept = withLayoutOf(text, written, { before, after });
      return kept !== undefined && isSameProject(kept, after) ? kept : written;
    }
  } catch {
    // For example, an anchor is gone. The error below covers it.
  }
  throw new UsageError(`${name} cannot be updated, because a changed part uses anchors; export to a new file`);
}

function isSameProject(text: string, project: ProjectFile): boolean {
  try {
    return isSame(parseProject(text, ""), project);
  } catch {
    return false;
  }
}

const WRITING = { lineWidth: 120, indentSeq: true } as const;

/** Merges the exported project into the file's project. Equivalent values keep the form that they have in the file. */
function combined(file: ProjectFile, exported: ProjectFile, keys: ReadonlySet<string>): ProjectFile {
  const news = new Map(exported.flags.map((flag) => [flag.key, flag]));
  const known = new Set(file.flags.map(({ key }) => key));
  const named = new Set(file.environments.map(({ key }) => key));
  return {
    // Names only matter when an environment is created, so the file may use other names.
    environments: [...file.environments, ...exported.environments.filter(({ key }) => !named.has(key))],
    segments: {
      ...file.segments,
      ...Object.fromEntries(
        Object.entries(exported.segments)
          .filter(([key, all]) => Object.hasOwn(file.segments, key) || Object.keys(all).length > 0)
          .map(([key, all]) => [key, inFormOf(own(file.segments, key), all)]),
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
        const configurations = {
          ...Object.fromEntries(others),
          ...mapValues(is, (one, key) => sameAs(own(was, key), one)),
        };
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
    mapValues(after, (one, key) => sameAs(own(before ?? {}, key), one)),
  );
}

/** Returns `after` in the form of `before`: defaults stay written out or left out as before. */
function sameAs<T extends object>(before: T | undefined, after: T): T {
  if (before === undefined) return after;
  const was = before as Record<string, unknown>;
  const fields = Object.entries(after)
    .filter(([name, value]) => name in was || !isDefault(name, value))
    .map(([name, value]) => [name, name in was && isSameInMeaning(was[name], value) ? was[name] : value] as const);
  const writtenOut = Object.entries(was).filter(([name, value]) => !(name in after) && isDefault(name, value));
  return inOrderOf(was, Object.fromEntries([...fields, ...writtenOut])) as T;
}

const DEFAULTS: Record<string, unknown> = { kind: "flag", clientVisible: false, offVariant: null };

function isDefault(name: string, value: unknown): boolean {
  // Empty text is a fallback like any other.
  if (["fallback", "jsonSchema", "lifetime", "expiresAt"].includes(name)) return value === null;
  if (name in DEFAULTS) return DEFAULTS[name] === value;
  return value === "" || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

function isSameInMeaning(before: unknown, after: unknown): boolean {
  return isSame(withRollouts(before), withRollouts(after));
}

/** Fills in the attributes and the hash that a rollout may leave out. */
function withRollouts(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (name, part: unknown) =>
    name === "rollout" ? { by: ["targetingKey"], hash: "murmur3-mulshift", ...(part as object) } : part,
  ) as unknown;
}

function inOrderOf<T>(order: object, record: Record<string, T>): Record<string, T> {
  const names = Object.keys(order).filter((name) => Object.hasOwn(record, name));
  return { ...Object.fromEntries(names.map((name) => [name, record[name] as T])), ...record };
}

/** Reads a member by a name that a person chose, which may be `constructor`. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function mapValues<T>(record: Record<string, T>, change: (value: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}

function segmentFields({ name, description, condition }: WholeSegment): object {
  return { name, ...(description === "" ? {} : { description }), condition: inFixedOrder(condition) };
}

function pick(flag: WholeFlag, names: readonly (keyof WholeFlag)[]): object {
  const given = names.map(
    (name) => [name, FREE_FORM_FIELDS.has(name) ? flag[name] : orderOf(name)(flag[name])] as const,
  );
  return Object.fromEntries(given.filter(([name, value]) => name in DEFAULTS || !isDefault(name, value)));
}

function orderOf(name: string): (value: unknown) => unknown {
  return name === "jsonSchema" ? (value) => schemaInOrder(value as JsonValue) : inFixedOrder;
}

/** Changes `node` into `value`. Equal parts keep their nodes, with comments and form. */
function merged(document: Document, node: unknown, value: unknown): unknown {
  if (isMap(node) && typeof value === "object" && value !== null && !Array.isArray(value)) {
    const fields = value as Record<string, unknown>;
    node.items = node.items.filter(({ key }) => Object.hasOwn(fields, String(isScalar(key) ? key.value : key)));
    for (const [name, field] of Object.entries(fields)) {
      const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === name);
      if (pair === undefined) node.add(document.createPair(name, created(document, field, name)));
      else pair.value = merged(document, pair.value, field);
    }
    return node;
  }
  if (isSeq(node) && Array.isArray(value)) {
    const items = node.items;
    // The parser assigns a comment above the first item to the list. It must move with its item.
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
    if (node.value === value) return node;
    node.value = value;
    // In a block, text that begins with a space or has a single line would change when it is read again.
    if (node.type?.startsWith("BLOCK") === true && !/^\S.*\n/.test(String(value))) delete node.type;
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

/** Fields with short values. They are written on one line if they fit. */
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
