import { type PurgeDelivery, type PurgeEndpoint, startPurgeEndpoint } from "../../../dev/endpoints/purge-endpoint.ts";
import { cacheUrl, canonicalTarget } from "../../../src/http/evaluation/endpoint-cache.ts";
import { saveFlag } from "../../../src/store/writes/flags.ts";
import { type DataCentre, startDataCentre } from "./data-centre.ts";
import { flagBody, type FlagState, FlagTruth } from "./flag-truth.ts";
import { aFlag, startTestProject, type TestFlag, type TestProject } from "../project.ts";
import { Client, type Publication } from "./propagation.ts";

const PLACES = ["ams", "iad", "sin"];
const BUSY_ISOLATES = ["one", "two"];
const SELDOM_ASKED = "three";
const OFFICE = "office";
/** Asked with GET, so that the data centres keep answers about it. */
export const KEPT_FLAG = "a";
/** "child" is off unless "a" is on. */
export const FLAGS = [KEPT_FLAG, "b", "c", "child"];

/**
 * Three data centres over the same backends, each of two busy isolates and one that is asked seldom; an office that only
 * writes; and every version that their flags had.
 */
export class Fleet {
  readonly truth = new FlagTruth();
  /** Oldest first. */
  readonly published: Publication[] = [];
  /** One for each busy isolate. */
  readonly clients: Client[] = [];
  /** One for each isolate that is asked so seldom that answers kept at its data centre are of use to it. */
  readonly seldom: Client[] = [];
  readonly project: TestProject;
  readonly purges: PurgeEndpoint | undefined;
  /** How often purges deleted what data centres may keep, by URL. */
  readonly deleted: ReadonlyMap<string, number>;
  readonly #dataCentres: DataCentre[] = [];
  readonly #random: () => number;
  #office: DataCentre | undefined;
  #writes = 0;

  private constructor(
    project: TestProject,
    purges: PurgeEndpoint | undefined,
    deleted: ReadonlyMap<string, number>,
    random: () => number,
  ) {
    this.project = project;
    this.purges = purges;
    this.deleted = deleted;
    this.#random = random;
  }

  /** `delivery`: heads are kept at the data centres, and purges reach them like this. Absent: heads are read from Redis. */
  static async start(random: () => number, delivery?: PurgeDelivery): Promise<Fleet> {
    const project = await startTestProject();
    const dataCentres: DataCentre[] = [];
    const purges =
      delivery &&
      (await startPurgeEndpoint({
        delivery,
        dataCentres: PLACES.map((_, i) => async (tags) => {
          for (const url of (await dataCentres[i]?.purge(tags)) ?? []) deleted.set(url, (deleted.get(url) ?? 0) + 1);
        }),
      }));
    const urls = keptUrls(project.serverKey);
    const deleted = new Map(urls.map((url) => [url, 0]));
    const fleet = new Fleet(project, purges, deleted, random);
    const bindings = {
      ...project.bindings,
      ...(purges && {
        CF_ZONE_ID: "0123456789abcdef0123456789abcdef",
        CF_PURGE_TOKEN: purges.token,
        CF_API_URL: `${purges.url}/client/v4`,
      }),
    };
    const kept = { cache: "burgee", urls };
    for (const place of PLACES) {
      const busy = BUSY_ISOLATES.map((name) => `${place}-${name}`);
      const other = `${place}-${SELDOM_ASKED}`;
      const dataCentre = await startDataCentre({ bindings, isolates: [...busy, other], kept });
      dataCentres.push(dataCentre);
      for (const isolate of busy) fleet.clients.push(new Client(isolate, dataCentre, project.serverKey));
      fleet.seldom.push(new Client(other, dataCentre, project.serverKey));
    }
    fleet.#office = await startDataCentre({ bindings, isolates: [OFFICE], kept: { ...kept, urls: [] } });
    fleet.#dataCentres.push(...dataCentres, fleet.#office);
    for (const key of FLAGS) await fleet.writeAtOffice(key);
    return fleet;
  }

  /** Somebody else who asks one of the isolates. */
  anyClient(): Client {
    const { isolate, dataCentre } = this.#any();
    return new Client(isolate, dataCentre, this.project.serverKey);
  }

  /** A change through the management API of any busy isolate: it commits and purges. Answers the version. */
  write(key: string): Promise<number> {
    return this.#write(key, this.#any());
  }

  /** As `write`, but no isolate that is asked hears of it before a purge or a look at the head. */
  writeAtOffice(key: string): Promise<number> {
    if (!this.#office) throw new Error("the fleet is not started");
    return this.#write(key, { isolate: OFFICE, dataCentre: this.#office });
  }

  async #write(key: string, { isolate, dataCentre }: Pick<Client, "isolate" | "dataCentre">): Promise<number> {
    const state = this.#nextState(key);
    const response = await dataCentre.fetch(isolate, `/api/v1/environments/production/flags/${key}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${this.project.adminToken}`, "content-type": "application/json" },
      body: JSON.stringify(flagBody(key, state)),
    });
    const body = (await response.json()) as { version: number; published: { redis: boolean; edge?: boolean } };
    if (!response.ok) throw new Error(`a write was answered with ${response.status}: ${JSON.stringify(body)}`);
    this.truth.record(body.version, key, state);
    // What could not be published now is published by the sweep, at a time that nobody is told.
    const isPublished = body.published.redis && body.published.edge !== false;
    if (isPublished) this.published.push({ version: body.version, at: performance.now() });
    return body.version;
  }

  /** A change whose worker dies between commit and purge. Answers the version. */
  async writeAndDie(key: string): Promise<number> {
    const state = this.#nextState(key);
    const flag = aFlag(flagBody(key, state) as TestFlag);
    const { version } = await saveFlag(this.project.db, "production", flag, { actor: "test" });
    this.truth.record(version, key, state);
    return version;
  }

  async sweep(): Promise<void> {
    await this.#office?.sweep();
  }

  async close(): Promise<void> {
    for (const dataCentre of this.#dataCentres) await dataCentre.dispose();
    await this.purges?.close();
    await this.project.close();
  }

  #any(): Client {
    return this.clients[Math.floor(this.#random() * this.clients.length)]!;
  }

  #nextState(key: string): FlagState {
    this.#writes += 1;
    const random = this.#random;
    const requires = key === "child" ? "a" : undefined;
    return { write: this.#writes, enabled: random() < 0.8, isTargeted: random() < 0.5, requires };
  }
}

/** What the data centres may keep: the head, and the answers to `Client`'s GET. */
export function keptUrls(serverKey: string): string[] {
  const [, environment = "", keyId = ""] = serverKey.split("_");
  const answers = ["free", "pro"].map((plan) => {
    const target = canonicalTarget(new URL(`https://any.test/flags/${KEPT_FLAG}?targetingKey=user-1&plan=${plan}`));
    return cacheUrl("burgee", { environment, keyId, origin: "", target });
  });
  return [`https://cache.invalid/burgee/head/${environment}`, ...answers];
}
