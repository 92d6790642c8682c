import { saveFlag } from "../../../src/store/writes/flags.ts";
import type { ServicesOptions } from "../../../src/services-options.ts";
import { type Isolate, startIsolate } from "../app.ts";
import { takeBackup } from "./database-backup.ts";
import { FakeClock } from "../fake-clock.ts";
import { aFlag, startTestProject, type TestFlag, type TestProject } from "../project.ts";

/** An isolate's response for one flag. */
export interface FlagResponse {
  status: number;
  value: unknown;
  version: number;
}

/** Isolates of one project whose database can be restored to an earlier state. */
export class RestoredWorld {
  readonly clock: FakeClock;
  readonly project: TestProject;
  /** The isolate that publishes the writes. It evaluates nothing. */
  readonly writer: Isolate;

  private constructor(project: TestProject, clock: FakeClock) {
    this.project = project;
    this.clock = clock;
    this.writer = this.isolate();
  }

  static async start(): Promise<RestoredWorld> {
    const clock = new FakeClock();
    return new RestoredWorld(await startTestProject({ now: clock.now }), clock);
  }

  isolate(bindings: Record<string, string> = {}, options: ServicesOptions = {}): Isolate {
    const all = { ...this.project.bindings, CACHE_ENTRY_SECONDS: "0", UNKNOWN_KEYS_PER_SECOND: "0", ...bindings };
    return startIsolate(all, this.clock, { ...options });
  }

  /** Commits and publishes a change, as the management API does. Returns the version. */
  async write(flag: TestFlag, environment = "production"): Promise<number> {
    const written = await saveFlag(this.project.db, environment, aFlag(flag), { actor: "test" });
    await this.writer.services.publisher.publish(environment, written, () => undefined);
    return written.version;
  }

  backup(): Promise<() => Promise<void>> {
    return takeBackup(this.project.backends.neon);
  }

  async ask(isolate: Isolate, flagKey: string, headers: Record<string, string> = {}): Promise<FlagResponse> {
    const response = await isolate.fetch(`/ofrep/v1/evaluate/flags/${flagKey}`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.project.serverKey}`, ...headers },
      body: "{}",
    });
    const { value } = (await response.json()) as { value?: unknown };
    await isolate.settled();
    return { status: response.status, value, version: Number(response.headers.get("x-flags-version")) };
  }

  /** Evaluates the flag after a second has passed and the isolate has checked the head. */
  async askLater(isolate: Isolate, flagKey: string): Promise<FlagResponse> {
    await this.clock.advance(1001);
    await this.ask(isolate, flagKey);
    return this.ask(isolate, flagKey);
  }

  /** Runs one sweep in a new isolate. Returns the events that it logged. */
  async sweep(): Promise<string[]> {
    const isolate = this.isolate();
    await isolate.services.sweep(() => undefined);
    return isolate.logged;
  }

  async versionOf(environment = "production"): Promise<number> {
    const [row] = await this.project.backends.neon.query<{ version: string }>(
      "select version from environments where key = $1",
      [environment],
    );
    return Number(row?.version ?? 0);
  }

  close(): Promise<void> {
    return this.project.close();
  }
}
