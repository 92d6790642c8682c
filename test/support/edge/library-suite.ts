import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { SCHEMES } from "../../../src/evaluation/hashing/schemes/schemes.ts";
import { type Condition, type RecurringWindow, type Rule, WEEKDAYS } from "../../../src/flags/document.ts";
import { saveSegment } from "../../../src/store/writes/segments.ts";
import { type Colo, startColo } from "./colo.ts";
import { newestStored, RESTARTING } from "./stored-entries.ts";
import { startTestProject, type TestProject } from "../project.ts";
import { type ApiResponse, readResponse } from "../../integration/delivery/entries/data-centre-world.ts";

/** SHA-256 of "ann@example.comsalt". */
const hashOfAnn = "e21a870540b69a95a8b32740b879b383d69946570f5c23a668f38fc17c718612";

/** A condition that needs a library, and that is true for ann@example.com and false for ann@example.org. */
interface LibraryCase {
  name: string;
  isFromStaff: Condition;
  /** The other parts of the rule with this condition. */
  rest?: Partial<Rule>;
  /** Part of a rule that is refused, and part of the message. */
  refused: [Partial<Rule>, string];
}

const hashed = { by: ["email"], salt: "f", hash: "md5-1", total: 100 } as const;
const annsBucket = SCHEMES["md5-1"]("f", 100)("ann@example.com");

const always: RecurringWindow = { timezone: "Europe/Berlin", days: [...WEEKDAYS], from: "00:00", to: "24:00" };

export const LIBRARY_CASES: readonly LibraryCase[] = [
  {
    name: "a pattern",
    isFromStaff: { attribute: "email", operator: "matches", values: ["^[a-z]+@example\\.com$"] },
    refused: [{ when: { attribute: "a", operator: "matches", values: ["("] } }, "RE2 pattern"],
  },
  {
    name: "a hash of another system",
    isFromStaff: { bucket: { ...hashed, by: ["email"], ranges: [[annsBucket, annsBucket + 1]] } },
    refused: [
      { when: { bucket: { ...hashed, by: ["email"], hash: "unleash-1", total: 99, ranges: [[0, 1]] } } },
      "must be 100",
    ],
  },
  {
    name: "a recurring window",
    isFromStaff: { attribute: "email", operator: "equals", values: ["ann@example.com"] },
    rest: { during: [always] },
    refused: [{ during: [{ ...always, timezone: "Berlin" }] }, "is not a known time zone"],
  },
  {
    name: "the reader sha256",
    isFromStaff: { attribute: "email", operator: "in", values: [hashOfAnn], read: { sha256: "salt" } },
    refused: [{ when: { attribute: "a", operator: "in", values: ["x"], read: { sha256: "salt" } } }, "in lower case"],
  },
];

/** The worker loads a library before it compiles the first flag that needs it. Only the built worker does so. */
export function describeLibrary(cases: readonly LibraryCase[]): void {
  describe.for(cases)("$name in an isolate that has not loaded its library", ({ isFromStaff, rest, refused }) => {
    let project: TestProject;
    let directory: string;
    let colo: Colo | undefined;

    const offWhen = (when: Condition) => ({ rules: [{ id: "r", when, serve: { variant: "off" as const }, ...rest }] });

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "burgee-patterns-"));
      project = await startTestProject();
      await project.save({ key: "plain" });
      await project.save({ key: "direct", ...offWhen({ any: [{ not: { not: isFromStaff } }] }) });
      await saveSegment(
        project.db,
        "production",
        { key: "staff", name: "Staff", condition: { all: [isFromStaff] } },
        { actor: "test" },
      );
      await project.save({ key: "through-segment", ...offWhen({ segment: "staff" }) });
      await project.save({ key: "through-flag", prerequisites: [{ flag: "direct", variants: ["on"] }] });
      if ("bucket" in isFromStaff) {
        const { ranges, ...bucketing } = isFromStaff.bucket;
        const [[from, to]] = ranges as [[number, number]];
        const weights: [string, number][] = [
          ["on", from],
          ["off", to - from],
          ["on", 100 - to],
        ];
        await project.save({ key: "by-default", default: { rollout: { ...bucketing, weights } } });
      }
    });
    afterEach(async () => {
      await colo?.dispose();
      colo = undefined;
      project.backends.upstash.setFaults({});
      project.backends.neon.setFaults({});
    });
    afterAll(async () => {
      await project.close();
      await rm(directory, { recursive: true, force: true });
    });

    const start = async (script?: "shipped", persistence = directory): Promise<Colo> =>
      (colo = await startColo({
        bindings: { ...project.bindings, ...RESTARTING },
        directory: persistence,
        ...(script && { script }),
      }));
    const ask = async (path: string, email: string, headers: Record<string, string> = {}): Promise<ApiResponse> =>
      readResponse(
        await colo!.fetch(`/ofrep/v1/evaluate/flags${path}`, {
          method: "POST",
          headers: { authorization: `Bearer ${project.serverKey}`, ...headers },
          body: JSON.stringify({ context: { targetingKey: "u", email } }),
        }),
      );

    for (const tier of ["Postgres", "Redis"]) {
      for (const key of keysOf(isFromStaff)) {
        test(`is matched in the first evaluation of ${key} from ${tier}`, async ({ expect }) => {
          if (tier === "Postgres") await project.backends.upstash.command("FLUSHALL");
          await start();
          expect(await ask(`/${key}`, "ann@example.com")).toMatchObject({ status: 200, value: false });
          expect(await ask(`/${key}`, "ann@example.org")).toMatchObject({ status: 200, value: true });
          await colo?.settled();
        });
      }
    }

    test("is matched in the first bulk evaluation, for concurrent requests too", async ({ expect }) => {
      for (const isEmpty of [true, false]) {
        if (isEmpty) await project.backends.upstash.command("FLUSHALL");
        await start();
        const bulk = async (): Promise<unknown> => {
          const response = await colo!.fetch("/ofrep/v1/evaluate/flags", {
            method: "POST",
            headers: { authorization: `Bearer ${project.serverKey}` },
            body: JSON.stringify({ context: { targetingKey: "u", email: "ann@example.com" } }),
          });
          const { flags } = (await response.json()) as { flags: { key: string; value: unknown }[] };
          return Object.fromEntries(flags.map(({ key, value }) => [key, value]));
        };
        const expected = { plain: true, ...Object.fromEntries(keysOf(isFromStaff).map((key) => [key, false])) };
        expect(await Promise.all([bulk(), bulk(), bulk()])).toMatchObject([expected, expected, expected]);
        await colo?.settled();
        await colo?.dispose();
      }
    });

    test("is matched after a flag that is in memory gets one", async ({ expect }) => {
      await start();
      await project.save({ key: "changing" });
      expect(await ask("/changing", "ann@example.com")).toMatchObject({ value: true });
      const version = await project.save({ key: "changing", ...offWhen(isFromStaff) });
      await colo?.scheduled();
      expect(await ask("/changing", "ann@example.com", { "x-flags-min-version": String(version) })).toMatchObject({
        value: false,
      });
    });

    test("is matched from a snapshot while both backends are down", async ({ expect }) => {
      await start();
      await ask("", "ann@example.com");
      await colo?.settled();
      const kept = colo!;
      await expect.poll(() => newestStored(kept)).toBeGreaterThan(0);
      await colo?.dispose();
      project.backends.upstash.setFaults({ down: true });
      project.backends.neon.setFaults({ down: true });
      await start("shipped");
      const isStale = { cacheStatus: expect.stringContaining("Burgee-Snapshot") };
      expect(await ask("/direct", "ann@example.com")).toMatchObject({ status: 200, value: false, ...isStale });
    });

    test("is validated and explained in the first management requests", async ({ expect }) => {
      await start();
      const call = async (path: string, token: string, body: unknown) => {
        const response = await colo!.fetch(`/api/v1/environments/production/flags${path}`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify(body),
        });
        return { status: response.status, text: await response.text() };
      };
      const bad = { key: "bad", type: "boolean", variants: { on: true, off: false }, enabled: true, offVariant: "off" };
      const [part, message] = refused;
      const rules = [{ id: "r", serve: { variant: "on" }, ...part }];
      const response = await call("", project.adminToken, { ...bad, default: { variant: "on" }, rules });
      expect(response).toMatchObject({ status: 422, text: expect.stringContaining(message) });
      await colo?.dispose();
      await start();
      const context = { targetingKey: "u", email: "ann@example.com" };
      const explained = await call("/direct/explain", project.serverKey, { context });
      expect(JSON.parse(explained.text)).toMatchObject({ resolution: { variant: "off", ruleId: "r" } });
    });

    test("costs no command and no query more", async ({ expect }) => {
      // A data centre of its own. In one that stored an older version, the claim to store the next one may end between
      // the two isolates, and then the second one reads all flags to store them.
      const own = await mkdtemp(join(directory, "own-"));
      await start(undefined, own);
      await ask("/direct", "ann@example.com");
      await colo?.settled();
      await colo?.dispose();
      await start(undefined, own);
      project.resetStats();
      await ask("/direct", "ann@example.com");
      await colo?.settled();
      expect(project.roundTrips()).toEqual({ l2: 1, l3: 0 });
    });
  });
}

/** The flags that need the library. */
function keysOf(condition: Condition): string[] {
  const keys = ["direct", "through-segment", "through-flag"];
  return "bucket" in condition ? [...keys, "by-default"] : keys;
}
