/** An environment of 10,000 flags, from an isolate of the worker into a process. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Flags } from "../../../sdk/provider/index.ts";
import { publishSaved, startIsolate } from "../../support/app.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { flagsOver, Line, until } from "../../support/process-flags.ts";
import { startTestProject, type TestProject } from "../../support/project.ts";

const FLAGS = 10_000;

let project: TestProject;
let clock: FakeClock;
let line: Line;
let flags: Flags;
/** The lengths of the bodies with definitions, in the order of the requests. */
const lengths: number[] = [];

beforeAll(async () => {
  project = await startTestProject();
  clock = new FakeClock(Date.now());
  line = new Line(startIsolate(project.bindings, clock));
  await project.save({ key: "banner" });
  for (const [table, column] of [
    ["flags", "key"],
    ["flag_configurations", "flag_key"],
  ]) {
    await project.backends.neon.query(
      `insert into ${table} select (jsonb_populate_record(one, jsonb_build_object('${column}', 'copy-' || i))).*
       from ${table} as one, generate_series(1, ${FLAGS - 1}) as i where one.${column} = 'banner'`,
    );
  }
  await publish();
});
afterAll(async () => {
  await flags?.close();
  await project?.close();
});

const publish = () => publishSaved(project.bindings, clock);

test("all flags load, and a change brings only the flag that changed", async () => {
  flags = flagsOver(line, clock, project.serverKey, {
    fetch: async (input, init) => {
      const response = await line.fetch(input, init);
      if (line.asked.at(-1)!.startsWith("/ofrep")) return response;
      const text = await response.text();
      lengths.push(text.length);
      return new Response(response.status === 304 ? null : text, response);
    },
  });
  await flags.start();
  expect(flags.keys).toHaveLength(FLAGS);
  expect(flags.boolean("copy-9999", false)).toBe(true);
  await until(() => line.asked.includes("/ofrep/v1/stream"));
  const changes: string[][] = [];
  flags.on("change", (keys) => changes.push(keys));
  await project.backends.neon.query("update flag_configurations set enabled = false where flag_key = 'copy-5000'");
  await publish();
  await line.passing(clock, () => changes.length > 0);
  expect(changes).toEqual([["copy-5000"]]);
  expect([flags.boolean("copy-5000", true), flags.boolean("copy-4999", false)]).toEqual([false, true]);
  expect(flags.keys).toHaveLength(FLAGS);
  expect(lengths).toHaveLength(2);
  expect(lengths[1]!).toBeLessThan(lengths[0]! / 5000);
});
