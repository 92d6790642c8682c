import type { ColdStart } from "./cold-start.ts";
import { type ChaosCase, FAULT_KINDS } from "./faults.ts";
import { SOURCES } from "./judge.ts";
import type { CaseResult } from "./run-case.ts";

export const BEGIN = "<!-- faults:begin -->";
export const END = "<!-- faults:end -->";

export interface Report {
  calm: CaseResult;
  /** The cases in the order of the table. A case without a result cannot happen. */
  cases: readonly { chaosCase: ChaosCase; result: CaseResult | undefined }[];
  coldStarts: readonly ColdStart[];
  /** The length of each fault (s). */
  faultSeconds: number;
  /** A description of the machine. */
  machine: string;
  command: string;
}

/** Replaces the text between the markers. @throws Error if the page does not have each marker once, in order */
export function replaceBetweenMarkers(page: string, text: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin || page.indexOf(BEGIN, begin + 1) >= 0 || page.indexOf(END, end + 1) >= 0) {
    throw new Error(`the page must contain ${BEGIN} and ${END} once each, in this order`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${text.trim()}\n\n${page.slice(end)}`;
}

const HEADER = [
  "fault",
  "of",
  "requests",
  ...SOURCES,
  "stale",
  "wrong",
  "5xx",
  "p50",
  "p99",
  "fresh after",
  "breakers closed after",
];

export function renderReport(report: Report): string {
  const { calm, cases, coldStarts, faultSeconds, machine, command } = report;
  const rows = cases.map(({ chaosCase: { kind, target, whyNot }, result }) =>
    result === undefined
      ? [kind.name, target, `cannot happen: ${whyNot}`]
      : [kind.name, target, ...cells(result, calm)],
  );
  const line = (row: readonly string[]) => `| ${HEADER.map((_, i) => row[i] ?? "").join(" | ")} |`;
  return [
    `Written by \`${command}\`, on ${machine} that also ran the backends and the clients. Compare the latencies only with each other. Every fault lasted ${faultSeconds} s.`,
    "",
    line(HEADER),
    line(HEADER.map(() => "---")),
    line(["none", "", ...cells(calm, undefined)]),
    ...rows.map(line),
    "",
    ...FAULT_KINDS.map(
      ({ name, meaning, notL3 }) =>
        `- **${name}**: ${meaning}.${notL3 === undefined ? "" : " *Both*: this fault in Redis, while Postgres is down."}`,
    ),
    "",
    "A cold start while both are faulty, in a data centre that has no snapshot:",
    "",
    "| fault of both | one flag | all flags | OpenFeature's server SDK returns | after the fault |",
    "| --- | --- | --- | --- | --- |",
    ...coldStarts.map(
      ({ fault, one, all, sdk, sdkAfterwards }) =>
        `| ${[
          fault,
          `${one.status}, \`${errorOf(one.body)}\``,
          `${all.status}, \`${errorOf(all.body)}\``,
          `${sdk.value}, \`${sdk.reason}\` \`${sdk.errorCode}\``,
          sdkAfterwards.errorCode === undefined ? "the flag's value" : `\`${sdkAfterwards.errorCode}\``,
        ].join(" | ")} |`,
    ),
  ].join("\n");
}

/** Returns the cells of one row. With `calm`, latencies are the differences from it. */
function cells(result: CaseResult, calm: CaseResult | undefined): string[] {
  const { requests, sources, stale, wrong, failed, p50, p99, recoveredSeconds, closedSeconds } = result;
  const ms = (own: number, calmOne: number | undefined) => {
    if (calmOne === undefined) return `${Math.round(own)} ms`;
    const added = Math.round(own - calmOne);
    return `${added < 0 ? "−" : "+"}${Math.abs(added)} ms`;
  };
  return [
    String(requests),
    ...SOURCES.map((source) => percent(sources[source])),
    percent(stale),
    String(wrong.length),
    String(failed.length),
    ms(p50, calm?.p50),
    ms(p99, calm?.p99),
    calm === undefined ? "" : seconds(recoveredSeconds),
    calm === undefined ? "" : seconds(closedSeconds),
  ];
}

function percent(share: number): string {
  if (share === 0) return "–";
  return share < 0.01 ? "<1%" : `${Math.round(share * 100)}%`;
}

function seconds(value: number | undefined): string {
  return value === undefined ? "never" : `${value.toFixed(1)} s`;
}

function errorOf(body: unknown): string {
  return String((body as { errorCode?: unknown }).errorCode);
}
