import { windowStateText } from "../../sdk/client/window-text.ts";
import { type Command, InvalidArgumentError } from "commander";
import type { Explanation, Replay } from "../../sdk/client/contract.ts";
import { WEIGHT_TOTAL } from "../../src/flags/document.ts";
import { isInexact, numberProblem } from "../../src/flags/formats/exact-numbers.ts";
import { depthProblem } from "../../src/flags/formats/nesting.ts";
import { MAX_CONTEXT_DEPTH } from "../../src/flags/limits.ts";
import { withExamples } from "../examples.ts";
import { oneLine } from "../text/escape.ts";
import { EXIT, ExitError, UsageError } from "../exit.ts";
import { wholeNumber } from "../input.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { type Attributes, traceLines } from "../text/trace-text.ts";

/** `burgee evaluate` and `burgee explain` evaluate flags for a context and explain the result. */
export function addEvaluateCommands(program: Command, terminal: Terminal): void {
  const withContext = (command: Command): Command =>
    command
      .option("-t, --targeting-key <key>", "targeting key, usually the user's id")
      .option(
        "-a, --attribute <name=value...>",
        "attribute of the context; its value is JSON or text",
        attributeOf("plan=pro or seats=12"),
        {},
      )
      .option(
        "-r, --request <name=value...>",
        "attribute of the request, such as country=DE",
        attributeOf("country=DE or isEUCountry=true"),
        {},
      )
      .option("--at <instant>", "replay with the flags of this instant; one in the future uses those of today")
      .option("--at-version <version>", "replay with the flags of this version of the environment", wholeNumber(1));

  const evaluate = withContext(
    program.command("evaluate").description("evaluate stored flags for a context").argument("<keys...>", "flags"),
  )
    .option("--exit-code", "exit with 1 unless every value is true, for conditions in a shell")
    .action(async (keys: string[], options: EvaluateOptions, command: Command) => {
      await evaluateEach(await openSession(command, terminal), keys, options);
    });

  withExamples(
    evaluate,
    "burgee evaluate checkout-redesign -e production --targeting-key user-1 --attribute plan=pro seats=12",
    "burgee evaluate checkout-redesign new-search -e production -t user-1 --request country=DE",
    "burgee evaluate checkout-redesign -e production -t user-1 --at 2026-11-20T09:00Z",
    "if burgee evaluate maintenance -e production --exit-code --quiet; then echo paused; fi",
  );

  const explain = withContext(
    program
      .command("explain")
      .description("evaluate a flag and show the result of each rule")
      .argument("<key>", "flag"),
  ).action(async (key: string, options: ContextOptions, command: Command) => {
    const session = await openSession(command, terminal);
    const { body } = await session.client.call("explainFlag", {
      path: { env: session.environment(), key },
      body: contextOf(options),
    });
    session.show(body, (explanation) => explanationText(explanation, contextOf(options).context));
  });
  withExamples(
    explain,
    "burgee explain checkout-redesign -e production -t user-1 -a plan=pro",
    "burgee explain checkout-redesign -e production -t user-1 --at-version 1042",
  );
}

interface EvaluateOptions extends ContextOptions {
  exitCode?: boolean;
}

/** Evaluates the flags one by one. @throws ExitError with --exit-code if a value is not true */
async function evaluateEach(session: Session, keys: readonly string[], options: EvaluateOptions): Promise<void> {
  const results: (Attributes & Pick<Explanation, "flag" | "version" | "replay">)[] = [];
  for (const key of keys) {
    const path = { env: session.environment(), key };
    const { body } = await session.client.call("explainFlag", { path, body: contextOf(options) });
    const replay = body.replay === undefined ? {} : { replay: body.replay };
    results.push({ flag: body.flag, version: body.version, ...body.resolution, ...replay });
  }
  const [only] = results;
  const isOne = results.length === 1 && only !== undefined;
  const rows = results.map((one) => [...(isOne ? [] : [one.flag]), ...resolutionRow(one)]);
  const head = [...(isOne ? [] : ["flag"]), "value", "variant", "reason"];
  session.confirm(isOne ? only : results, () =>
    [table(head, rows, session.width), ...results.flatMap((one) => replayLines(one, !isOne))].join("\n"),
  );
  const areAllTrue = results.every((one: Attributes) => one["value"] === true);
  if (options.exitCode === true && !areAllTrue) throw new ExitError(EXIT.refused);
}

interface ContextOptions {
  targetingKey?: string;
  attribute: Attributes;
  request: Attributes;
  at?: string;
  atVersion?: number;
}

function contextOf({ targetingKey, attribute: attributes, request, at, atVersion: version }: ContextOptions) {
  if (at !== undefined && version !== undefined) throw new UsageError("use --at or --at-version, not both");
  const context = { ...attributes, ...(targetingKey === undefined ? {} : { targetingKey }) };
  return {
    context,
    ...(Object.keys(request).length === 0 ? {} : { request }),
    ...(at === undefined ? {} : { at }),
    ...(version === undefined ? {} : { version }),
  };
}

/** Says which change was in force, and what the result is today. */
function replayLines(
  { flag, version, replay }: { flag: string; version: number; replay?: Replay | undefined },
  isOneOfMany: boolean,
): string[] {
  if (replay === undefined) return [];
  const { at, versionMadeAt, change, today } = replay;
  const of = isOneOfMany ? `${flag} ` : "";
  const note = change?.note == null ? "" : ` “${change.note}”`;
  const inForce =
    change === null
      ? "a change that the audit no longer has"
      : `change ${change.id} by ${change.actorName} (${change.at.slice(0, 19)}Z): ${change.action} ${change.entity} ${change.key}${note}`;
  const now = today.resolution === null ? ["the flag does not exist"] : resolutionRow(today.resolution).filter(Boolean);
  return [
    `${of}at ${at}: version ${version}, made at ${versionMadeAt}`,
    `${of}in force: ${inForce}`,
    `${of}today: ${today.isSame ? "the same" : now.join(" ")}`,
  ].map(oneLine);
}

/** @param example is shown if the text has another form */
function attributeOf(example: string): (text: string, known: Attributes) => Attributes {
  return (text, known) => {
    const at = text.indexOf("=");
    if (at < 1) throw new InvalidArgumentError(`it must look like ${example}`);
    return { ...known, [text.slice(0, at)]: valueOf(text.slice(at + 1)) };
  };
}

/** Parses a value as JSON, or else takes it as text. */
function valueOf(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  const problem = depthProblem(value, MAX_CONTEXT_DEPTH - 1) ?? numberProblem(text, value);
  // The shell removes the outer quotes. Without the inner ones, a number would remain.
  const example = isInexact(text) ? `, such as '"${text}"'` : "";
  if (problem !== undefined) throw new InvalidArgumentError(`the value ${problem}${example}`);
  return value;
}

function resolutionRow({ value, variant, reason, errorCode }: Attributes): string[] {
  return [
    value === undefined ? "the caller's default" : JSON.stringify(value),
    typeof variant === "string" ? variant : "",
    [reason, errorCode].filter(Boolean).join(" "),
  ];
}

/** `, bucket 12`, `, bucket 12 of 100`, `, drew 12 of 100000` */
function bucketText({ bucket, total, draw }: Omit<Explanation["default"], "state">): string {
  if (draw !== undefined) return `, drew ${draw} of ${total ?? WEIGHT_TOTAL}`;
  if (bucket === undefined || bucket === null) return "";
  return `, bucket ${bucket}${total === undefined ? "" : ` of ${total}`}`;
}

function explanationText(
  { flag, version, resolution, prerequisites, rules, default: byDefault, problem, replay }: Explanation,
  context: Attributes,
): string {
  const lines = [
    table(["value", "variant", "reason"], [resolutionRow(resolution)]),
    problem,
    ...prerequisites.map(
      ({ flag, variants, served, isMet }) =>
        `prerequisite ${flag}: ${isMet ? "met" : "not met"}, serves ${served ?? "nothing"}, must serve ${variants.join(" or ")}`,
    ),
    ...rules.flatMap(({ id, state, during, when, ...buckets }) => [
      `rule ${id}: ${state}${during === undefined ? "" : `, ${windowStateText(during)}`}${bucketText(buckets)}`,
      ...(when === undefined ? [] : traceLines(when, context)),
    ]),
    `default: ${byDefault.state}${bucketText(byDefault)}`,
    ...replayLines({ flag, version, replay }, false),
  ];
  // The table has escaped its cells.
  const [first = "", ...rest] = lines.filter((line) => line !== undefined);
  return [first, ...rest.map(oneLine)].join("\n");
}
