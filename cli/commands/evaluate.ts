import { windowStateText } from "../../sdk/client/window-text.ts";
import { type Command, InvalidArgumentError } from "commander";
import type { Explanation } from "../../sdk/client/contract.ts";
import { WEIGHT_TOTAL } from "../../src/flags/document.ts";
import { isInexact, numberProblem } from "../../src/flags/formats/exact-numbers.ts";
import { withExamples } from "../examples.ts";
import { oneLine } from "../escape.ts";
import { EXIT, ExitError } from "../exit.ts";
import { openSession, type Session } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { type Attributes, traceLines } from "../trace-text.ts";

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
      );

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
  withExamples(explain, "burgee explain checkout-redesign -e production -t user-1 -a plan=pro");
}

interface EvaluateOptions extends ContextOptions {
  exitCode?: boolean;
}

/** Evaluates the flags one by one. @throws ExitError with --exit-code if a value is not true */
async function evaluateEach(session: Session, keys: readonly string[], options: EvaluateOptions): Promise<void> {
  const results = [];
  for (const key of keys) {
    const path = { env: session.environment(), key };
    const { body } = await session.client.call("explainFlag", { path, body: contextOf(options) });
    results.push({ flag: body.flag, version: body.version, ...body.resolution });
  }
  const [only] = results;
  const isOne = results.length === 1 && only !== undefined;
  const rows = results.map((one) => [...(isOne ? [] : [one.flag]), ...resolutionRow(one)]);
  const head = [...(isOne ? [] : ["flag"]), "value", "variant", "reason"];
  session.confirm(isOne ? only : results, () => table(head, rows, session.width));
  const areAllTrue = results.every((one: Attributes) => one["value"] === true);
  if (options.exitCode === true && !areAllTrue) throw new ExitError(EXIT.refused);
}

interface ContextOptions {
  targetingKey?: string;
  attribute: Attributes;
  request: Attributes;
}

function contextOf({ targetingKey, attribute: attributes, request }: ContextOptions) {
  const context = { ...attributes, ...(targetingKey === undefined ? {} : { targetingKey }) };
  return Object.keys(request).length === 0 ? { context } : { context, request };
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
  const problem = numberProblem(text, value);
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
  { resolution, prerequisites, rules, default: byDefault, problem }: Explanation,
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
  ];
  // The table has escaped its cells.
  const [first = "", ...rest] = lines.filter((line) => line !== undefined);
  return [first, ...rest.map(oneLine)].join("\n");
}
