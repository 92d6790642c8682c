import { afterAll, beforeAll, beforeEach } from "vitest";
import { saveFlag } from "../../../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "../../../support/app.ts";
import { MapEdgeCache } from "../../../support/edge/edge-cache.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { aFlag, startTestProject, type TestFlag, type TestProject } from "../../../support/project.ts";

/** The least time between two whole entries of a data centre (ms). */
export const EVERY_MS = 10_000;

export interface ApiResponse {
  status: number;
  /** The value of the flag "banner". */
  value: unknown;
  version: number;
  cacheStatus: string;
  keys: string[];
}

/** Reads a response to a single or a bulk evaluation. */
export async function readResponse(response: Response): Promise<ApiResponse> {
  const body = (await response.json()) as { value?: unknown; flags?: { key: string; value: unknown }[] };
  return {
    status: response.status,
    value: body.flags === undefined ? body.value : body.flags.find(({ key }) => key === "banner")?.value,
    version: Number(response.headers.get("x-flags-version")),
    cacheStatus: response.headers.get("cache-status") ?? "",
    keys: body.flags?.map(({ key }) => key) ?? [],
  };
}

/** One data centre with a project of four flags. Each test begins with empty caches and healthy backends. */
export class DataCentreWorld {
  readonly clock = new FakeClock();
  project!: TestProject;
  edge!: MapEdgeCache;

  async open(): Promise<void> {
    this.project = await startTestProject({ now: this.clock.now });
    for (let i = 0; i < 3; i++) await this.project.save({ key: `other-${i}`, clientVisible: i > 0 });
  }

  async reset(): Promise<void> {
    this.heal();
    await this.project.save({ key: "banner", enabled: true });
    await this.project.backends.upstash.command("FLUSHALL");
    this.edge = new MapEdgeCache(this.clock.now);
  }

  heal(): void {
    this.project.backends.upstash.setFaults({});
    this.project.backends.neon.setFaults({});
  }

  /** Lets both backends fail. Heads that the data centre shares are over by then, except with a purge transport. */
  breakDown(): void {
    this.project.backends.upstash.setFaults({ down: true });
    this.project.backends.neon.setFaults({ down: true });
  }

  /** Starts an isolate in this data centre. */
  start(bindings: Record<string, string> = {}): Isolate {
    return startIsolate({ ...this.project.bindings, ...bindings }, this.clock, { openCache: this.edge.open });
  }

  async ask(isolate: Isolate, path = "/banner", headers: Record<string, string> = {}): Promise<ApiResponse> {
    const { headers: key, ...request } = this.serverRequest();
    const response = await readResponse(
      await isolate.fetch(`/ofrep/v1/evaluate/flags${path}`, { ...request, headers: { ...key, ...headers } }),
    );
    await isolate.settled();
    return response;
  }

  serverRequest(): { method: string; headers: Record<string, string>; body: string } {
    return { method: "POST", headers: { authorization: `Bearer ${this.project.serverKey}` }, body: "{}" };
  }

  /** Makes the data centre store its entries. Returns its version. */
  async leaveEntries(bindings: Record<string, string> = {}): Promise<number> {
    return (await this.ask(this.start(bindings), "")).version;
  }

  /** Publishes what was changed by SQL. */
  async sweep(isolate: Isolate): Promise<void> {
    await isolate.services.sweep(() => undefined);
  }

  /** Saves a flag as the management API does: it commits and then publishes from this isolate. */
  async publish(isolate: Isolate, flag: TestFlag): Promise<number> {
    const written = await saveFlag(this.project.db, "production", aFlag(flag), { actor: "test" });
    await isolate.services.publisher.publish("production", written, () => undefined);
    return written.version;
  }
}

/** Registers the hooks that open, reset and close the world of one test file. */
export function useDataCentre(): DataCentreWorld {
  const world = new DataCentreWorld();
  beforeAll(() => world.open());
  beforeEach(() => world.reset());
  afterAll(() => world.project.close());
  return world;
}
