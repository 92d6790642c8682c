/** Fills a migrated database with the example project and keys for it. */
import { join } from "node:path";
import type { FlagInput } from "../../src/flags/document.ts";
import { parseFlagInput, parseSegmentInput } from "../../src/flags/parse.ts";
import { InvalidInputError } from "../../src/ops/errors.ts";
import { type AdminRole, mintKey } from "../../src/ops/token.ts";
import type { StoreDatabase } from "../../src/store/client.ts";
import type { FlagWrite, SegmentWrite } from "../../src/store/inputs.ts";
import { listFlags } from "../../src/store/lists/flags.ts";
import { listSegments } from "../../src/store/lists/segments.ts";
import { createEnvironment, listEnvironments } from "../../src/store/writes/environments.ts";
import { saveProject } from "../../src/store/writes/flags.ts";
import { createSdkKey } from "../../src/store/writes/keys.ts";
import { createAdminKey } from "../../src/store/writes/tokens.ts";
import { type ProjectFile, readProjectFile } from "./project-file.ts";

export const EXAMPLE_PROJECT = join(import.meta.dirname, "../../examples/project.yaml");

const ACTOR = "seed";

/** Keys that cannot be read again, because the database stores only their hashes. */
export interface SeededKeys {
  adminToken: string;
  /** SDK keys, by environment. */
  environments: Record<string, { clientKey: string; serverKey: string }>;
}

/**
 * Writes each of the project's environments as one version and creates new keys. Environments with flags or segments
 * stay unchanged.
 *
 * @throws InvalidInputError that names the invalid fields
 */
export async function seedProject(db: StoreDatabase, keySecret: string, path = EXAMPLE_PROJECT): Promise<SeededKeys> {
  const project = await readProjectFile(path);
  const known = new Set((await listEnvironments(db)).map(({ key }) => key));
  const contents = new Map(project.environments.map(({ key }) => [key, parseEnvironment(project, key)]));
  const environments: SeededKeys["environments"] = {};
  for (const { key, name } of project.environments) {
    if (!known.has(key)) await createEnvironment(db, { key, name }, { actor: ACTOR });
    // An earlier seed that was killed may have left an empty environment.
    if (!known.has(key) || (await isEmpty(db, key))) {
      await saveProject(db, key, contents.get(key) ?? { flags: [], segments: [] }, { actor: ACTOR });
    }
    environments[key] = {
      clientKey: await seedKey(db, keySecret, key, "client"),
      serverKey: await seedKey(db, keySecret, key, "server"),
    };
  }
  const adminToken = await createAdminToken(db, keySecret, { role: "write", name: "Seeded admin token", actor: ACTOR });
  return { adminToken, environments };
}

/** Creates an admin token. It cannot be read again, because the store keeps only a hash. */
export async function createAdminToken(
  db: StoreDatabase,
  keySecret: string,
  { role, name, actor }: { role: AdminRole; name: string; actor: string },
): Promise<string> {
  const { token, id, secretHash } = await mintKey(keySecret, "admin", role);
  await createAdminKey(db, { id, role, name, secretHash }, { actor });
  return token;
}

async function isEmpty(db: StoreDatabase, environment: string): Promise<boolean> {
  const one = { limit: 1 };
  const [flags, segments] = await Promise.all([listFlags(db, environment, one), listSegments(db, environment, one)]);
  return flags.items.length === 0 && segments.items.length === 0;
}

async function seedKey(
  db: StoreDatabase,
  keySecret: string,
  environment: string,
  kind: "client" | "server",
): Promise<string> {
  const { token, id, secretHash } = await mintKey(keySecret, kind, environment);
  await createSdkKey(
    db,
    environment,
    { id, kind, name: `Seeded ${kind} key`, secretHash, origins: [] },
    { actor: ACTOR },
  );
  return token;
}

/** Checks the flags and segments of one environment. @throws InvalidInputError that names the invalid fields */
export function parseEnvironment(
  project: ProjectFile,
  environment: string,
): { flags: FlagWrite[]; segments: SegmentWrite[] } {
  const flags = project.flags.flatMap(({ environments: configurations, ...definition }, i) => {
    const configuration = configurations[environment];
    if (configuration === undefined) return [];
    return [toFlagWrite(withPointer(`/flags/${i}`, () => parseFlagInput({ ...definition, ...configuration })))];
  });
  const segments = Object.entries(project.segments[environment] ?? {}).map(([key, { name, ...segment }]) => ({
    ...withPointer(`/segments/${environment}/${key}`, () => parseSegmentInput({ key, ...segment })),
    name,
  }));
  return { flags, segments };
}

function toFlagWrite(flag: FlagInput): FlagWrite {
  const { key, kind, type, variants, clientVisible, metadata, description, tags, owner } = flag;
  const { enabled, offVariant, default: defaultServe, rules, prerequisites } = flag;
  return {
    definition: { key, kind, type, variants, clientVisible, metadata },
    configuration: { enabled, offVariant, default: defaultServe, rules, prerequisites },
    description,
    tags,
    owner,
  };
}

/** Adds the place in the file to the pointers of validation errors. */
function withPointer<T>(pointer: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.errors.map((one) => ({ ...one, pointer: pointer + one.pointer })));
  }
}
