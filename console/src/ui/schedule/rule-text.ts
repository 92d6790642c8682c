import type { Rule } from "../../../../sdk/client/contract.ts";
import { serveText } from "../../../../sdk/client/serve-text.ts";
import { windowsText } from "../../../../sdk/client/window-text.ts";
import { conditionText } from "../condition/text.ts";

/** Returns a rule as one line, without its id: `plan equals pro → on · scheduled · mon 09:00–17:00 (UTC)`. */
export function ruleText({ when, serve, from, until, during }: Rule): string {
  return [
    `${when === undefined ? "everyone" : conditionText(when)} → ${serveText(serve)}`,
    ...((from ?? until) === undefined ? [] : ["scheduled"]),
    ...(during === undefined ? [] : [windowsText(during)]),
  ].join(" · ");
}
