import { route } from "../route.ts";
import { showEnvironmentUsage, showFlagUsage } from "./handlers.ts";
import { environmentUsageQuery, flagUsageQuery, ratioCheckQuery, seriesQuery } from "./input.ts";
import { checkFlagRatios } from "./ratio-check.ts";
import { MAX_REPORT_BYTES, parseReport, postReport } from "./report.ts";
import { showUsageSeries } from "./series.ts";

const ENVIRONMENT = "/api/v1/environments/:env";
const COUNTS =
  "`used` counts evaluations that asked for this one flag, over HTTP, through a service binding or in a server's process; `requested` counts evaluations of all flags together. The counts are lower bounds: an isolate that ends loses those of its last interval. `from` and `to` are instants of ISO 8601, rounded to whole steps in UTC. By default, `to` is now, and `from` is 30 days before it, or 24 hours with `step=hour`. Hours are kept for 30 days, and days for 400. `complete` is false if Redis could not be read: then the last minute is missing.";

/** How often flags were evaluated, and when they were last evaluated. */
export const USAGE_ROUTES = [
  route(
    {
      method: "get",
      path: `${ENVIRONMENT}/flags/:key/usage`,
      tag: "Usage",
      id: "getFlagUsage",
      summary: "Count the evaluations of a flag",
      description: `Returns counts by variant and rule, by step, and by SDK key, with the split that is configured now. ${COUNTS} A deleted flag keeps its counts.`,
      access: "read",
      query: flagUsageQuery,
      responses: { 200: { description: "The counts of the flag.", schema: "FlagUsage" } },
    },
    showFlagUsage,
  ),
  route(
    {
      method: "get",
      path: `${ENVIRONMENT}/flags/:key/usage/ratio-check`,
      tag: "Usage",
      id: "checkFlagRatios",
      summary: "Compare counted splits with configured ones",
      description:
        "Compares the counts of each rule with a rollout or a draw, and of the default, with the configured shares, by the chi-squared test. The counts begin with the first whole hour after the flag last changed, or with `from` if that is later (by default 30 days before `to`). If they go back further than 16 days, they begin with a whole day. `verdict` is `differs` if `pValue` is below `threshold`. The counts are evaluations and not subjects, so that a few subjects that evaluate often can make a split differ.",
      access: "read",
      query: ratioCheckQuery,
      responses: { 200: { description: "The comparison of each split.", schema: "FlagRatios" } },
    },
    checkFlagRatios,
  ),
  route(
    {
      method: "get",
      path: `${ENVIRONMENT}/usage`,
      tag: "Usage",
      id: "getUsage",
      summary: "Count the evaluations of all flags",
      description: `Returns the counts of each flag that was evaluated, sorted by key, and those of the environment by step. ${COUNTS} \`other\` are evaluations whose flag was not counted, because there were too many different counts.`,
      access: "read",
      query: environmentUsageQuery,
      responses: { 200: { description: "A page of flags with their counts.", schema: "EnvironmentUsage" } },
    },
    showEnvironmentUsage,
  ),
  route(
    {
      method: "get",
      path: `${ENVIRONMENT}/usage/series`,
      tag: "Usage",
      id: "getUsageSeries",
      summary: "Count the evaluations of some flags by step",
      description: `Returns the counts of up to 100 flags, which the parameter \`flags\` names, as in \`checkout,search\`: one number for each step, in the order of time. ${COUNTS} \`isCounting\` is false if counting is switched off and no environment has counts from the last 7 days: zeros then mean nothing. A flag that does not exist has zeros.`,
      access: "read",
      query: seriesQuery,
      responses: { 200: { description: "The series of each flag.", schema: "UsageSeries" } },
    },
    showUsageSeries,
  ),
  route(
    {
      method: "post",
      path: `${ENVIRONMENT}/usage`,
      tag: "Usage",
      id: "reportUsage",
      summary: "Report evaluations in another process",
      description:
        "Takes the counts of a process that evaluates flags itself, with a server key of the environment. Each report has an id of its own, `batch`, and counts once within a day, however often it is sent. `at` is the time of the last of the evaluations, and says to which hour they belong. A time in the future counts as now, and one more than a day ago as a day ago. Counts of flags that do not exist are ignored.",
      access: "report",
      body: {
        schema: "UsageReport",
        maxBytes: MAX_REPORT_BYTES,
        example: {
          batch: "b1f7c7f0-7d0b-4c5e-9a53-2f6a1d1c8e11",
          counts: [
            { flag: "checkout-redesign", variant: "on", rule: "beta-users", at: "2026-11-28T09:12:00Z", used: 42 },
          ],
        },
        parse: parseReport,
      },
      responses: { 200: { description: "The report has been counted, now or before.", schema: "UsageReported" } },
      problems: [429],
    },
    postReport,
  ),
];
