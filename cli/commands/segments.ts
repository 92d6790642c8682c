import { exactJson } from "../../src/flags/formats/exact-numbers.ts";
import type { Command } from "commander";
import { allPages } from "../../sdk/client/client.ts";
import type { SegmentInput } from "../../sdk/client/contract.ts";
import { change, ifExists } from "../change.ts";
import { readDocument } from "../input.ts";
import { withExamples } from "../examples.ts";
import { openSession } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { addIdCommands } from "./segment-ids.ts";

/** `burgee segments …` manages the segments of an environment. */
export function addSegmentCommands(program: Command, terminal: Terminal): void {
  const segments = program.command("segments").description("manage segments, the named conditions that flags share");
  addReading(segments, terminal);
  addWriting(segments, terminal);
  addIdCommands(segments, terminal);
}

function addReading(segments: Command, terminal: Terminal): void {
  withExamples(
    segments
      .command("list")
      .alias("ls")
      .description("list every segment and the number of flags and segments that use it")
      .action(async (_options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment() };
        const items = await allPages((cursor) =>
          session.client.call("listSegments", { path, query: { limit: "200", cursor } }),
        );
        session.show(items, (all) =>
          table(
            ["key", "name", "used by", "version"],
            all.map(({ key, name, usedBy, version }) => [
              key,
              name,
              String(usedBy.flags.length + usedBy.segments.length),
              String(version),
            ]),
            session.width,
          ),
        );
      }),
    "burgee segments list -e production",
  );

  withExamples(
    segments
      .command("get")
      .description("print a segment as JSON that `segments set` accepts")
      .argument("<key>")
      .action(async (key: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const { body } = await session.client.call("getSegment", { path: { env: session.environment(), key } });
        session.show(body, (segment) => exactJson(segment, 2));
      }),
    "burgee segments get beta-testers -e production",
  );
}

function addWriting(segments: Command, terminal: Terminal): void {
  withExamples(
    segments
      .command("set")
      .description("create or replace a segment from a JSON or YAML document, for every flag that uses it")
      .argument("<key>")
      .requiredOption("-f, --file <path>", "document with the segment; - is the standard input")
      .action(async (key: string, options: { file: string }, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment(), key };
        const body = { ...(await readDocument(options.file, terminal)), key } as SegmentInput;
        await change(session, {
          subject: `segment ${key} in ${path.env}`,
          before: () =>
            ifExists(async () => {
              const { name, description, condition } = (await session.client.call("getSegment", { path })).body;
              return { key, name, description, condition };
            }),
          after: (before) => ({ ...before, ...body }),
          write: (query) => session.client.call("putSegment", { path, query, body }),
        });
      }),
    "burgee segments set beta-testers -e production --file beta-testers.yaml --dry-run",
  );

  withExamples(
    segments
      .command("delete")
      .alias("rm")
      .description("delete a segment that nothing uses")
      .argument("<key>")
      .action(async (key: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment(), key };
        await change(session, {
          subject: `segment ${key} in ${path.env}`,
          before: async () => (await session.client.call("getSegment", { path })).body,
          after: () => undefined,
          write: (query) => session.client.call("deleteSegment", { path, query }),
          preview: () => `would delete segment ${key} from ${path.env}; nothing uses it`,
        });
      }),
    "burgee segments delete beta-testers -e production",
  );
}
