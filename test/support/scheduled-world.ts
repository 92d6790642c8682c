import { saveFlag } from "../../src/store/writes/flags.ts";
import { type Isolate, startIsolate } from "./app.ts";
import { EventStreamReader } from "./event-stream.ts";
import { FakeClock } from "./fake-clock.ts";
import { aFlag, startTestProject, type TestFlag, type TestProject } from "./project.ts";

const SECOND = 1000;
const BULK = "/ofrep/v1/evaluate/flags";

/** A clock that remembers the longest sleep. */
class SleepyClock extends FakeClock {
  longestMs = 0;

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.longestMs = Math.max(this.longestMs, ms);
    return super.sleep(ms, signal);
  }
}

interface Evaluated {
  status: number;
  etag: string;
  values: Record<string, unknown>;
}

/** Flags with schedules, and clients with change streams, in isolates of this process. */
export class ScheduledWorld {
  readonly clock: SleepyClock;
  readonly project: TestProject;
  /** The isolate whose streams and evaluations a test looks at. */
  readonly isolate: Isolate;
  readonly #writer: Isolate;
  readonly #open: EventStreamReader[] = [];

  private constructor(clock: SleepyClock, project: TestProject) {
    this.clock = clock;
    this.project = project;
    this.isolate = this.start();
    this.#writer = this.start();
  }

  static async open(): Promise<ScheduledWorld> {
    const clock = new SleepyClock(Date.parse("2026-11-21T12:00:00Z"));
    const world = new ScheduledWorld(clock, await startTestProject({ now: clock.now }));
    await world.publish({ key: "steady" });
    return world;
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.map((reader) => reader.leave()));
    await this.project.close();
  }

  start(settings: Record<string, string> = {}, clock: FakeClock = this.clock): Isolate {
    return startIsolate({ ...this.project.bindings, ...settings }, clock);
  }

  /** Returns the instant in so many ms. */
  at(ms: number): string {
    return new Date(this.clock.now() + ms).toISOString();
  }

  /** Returns a flag that is on before the instant, which is so many ms away, and off after it. */
  switching(ms: number, flag: Partial<TestFlag> = {}): TestFlag {
    return { key: "sale", rules: [{ id: "switch", from: this.at(ms), serve: { variant: "off" } }], ...flag };
  }

  ramping(startMs: number, endMs: number, flag: Partial<TestFlag> = {}): TestFlag {
    const ramp = { from: 0, to: 100_000, startAt: this.at(startMs), endAt: this.at(endMs) };
    const weights: [string, number][] = [["on", 100_000]];
    const rollout = { by: ["targetingKey"], salt: "s", hash: "murmur3-mulshift" as const, weights, ramp };
    return { key: "ramp", default: { rollout }, ...flag };
  }

  /** Saves a flag as the management API of another isolate does. Returns the version. */
  async publish(flag: TestFlag): Promise<number> {
    const written = await saveFlag(this.project.db, "production", aFlag(flag), { actor: "" });
    await this.#writer.services.publisher.publish("production", written, () => undefined);
    return written.version;
  }

  async evaluate(
    { query = "", ifNoneMatch = "", key = this.project.clientKey } = {},
    on = this.isolate,
  ): Promise<Evaluated> {
    const headers = { "x-api-key": key, ...(ifNoneMatch && { "if-none-match": ifNoneMatch }) };
    const body = JSON.stringify({ context: { targetingKey: "user-1" } });
    const response = await on.fetch(`${BULK}${query}`, { method: "POST", headers, body });
    await on.settled();
    const text = await response.text();
    const { flags = [] } = (text === "" ? {} : JSON.parse(text)) as { flags?: { key: string; value: unknown }[] };
    const values = Object.fromEntries(flags.map(({ key: name, value }) => [name, value]));
    return { status: response.status, etag: response.headers.get("etag") ?? "", values };
  }

  /** Evaluates as a client does after an event. */
  refetch(etag: string, ifNoneMatch: string, on = this.isolate): Promise<Evaluated> {
    return this.evaluate({ query: `?flagConfigEtag=${etag}&flagConfigLastModified=1`, ifNoneMatch }, on);
  }

  async stream(lastEventId?: string, on = this.isolate, key = this.project.clientKey): Promise<EventStreamReader> {
    const headers = { "x-api-key": key, ...(lastEventId !== undefined && { "last-event-id": lastEventId }) };
    const reader = new EventStreamReader(await on.fetch("/ofrep/v1/stream", { headers }));
    this.#open.push(reader);
    await this.#quiet(on);
    return reader;
  }

  /**
   * Starts a stream as a page does, after it fetched its flags, in an isolate that has known the version for so long
   * that the stream does not announce it. This takes 100 s.
   */
  async settledStream(key = this.project.clientKey): Promise<EventStreamReader> {
    await this.evaluate({ key });
    await this.pass(100);
    await this.evaluate({ key });
    return this.stream(undefined, this.isolate, key);
  }

  async pass(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      await this.clock.advance(SECOND);
      if (this.#open.length > 0) await this.#quiet();
    }
  }

  /** Waits for the responses of the endpoints. */
  async #quiet(on = this.isolate): Promise<void> {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    await on.settled();
  }
}

/** Returns the data of the events that a stream has sent so far. */
export function eventsOf({ frames }: EventStreamReader): { type: string; etag: string; lastModified: number }[] {
  return frames
    .filter(({ data }) => data !== undefined)
    .map(({ data = "" }) => JSON.parse(data) as { type: string; etag: string; lastModified: number });
}
