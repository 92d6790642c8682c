import type { PayloadChange, PayloadItem, WebhookPayload } from "./webhook-payload.ts";

/** A message as Slack's incoming webhooks take it. */
export interface SlackMessage {
  /** The text of notifications. */
  text: string;
  blocks: object[];
}

/** Slack accepts 3,000 characters in a section. */
const MAX_SECTION = 2900;
const MAX_ITEMS = 10;
const MAX_CHANGES = 5;
const MAX_VALUE = 80;
const MAX_NAME = 200;

/** Returns a compact message about an event. */
export function slackMessageOf({ type, data }: WebhookPayload): SlackMessage {
  const items = "items" in data ? data.items : [data];
  const place = data.environment === null ? "the project" : data.environment;
  const [first] = items;
  const subject = type === "changes.applied" ? `${data.count} changes` : titleOf(first);
  const title = `${subject} in ${escapeText(place)}`;
  const lines = [`*${title}*`];
  if (data.note !== null) lines.push(`> ${escapeText(cut(data.note, 300)).replaceAll(/\s+/g, " ")}`);
  for (const item of items.slice(0, MAX_ITEMS)) {
    if (type === "changes.applied") lines.push(`• ${titleOf(item)}`);
    lines.push(...item.changes.slice(0, MAX_CHANGES).map(changeLine));
    if (item.changes.length > MAX_CHANGES) lines.push(`   … and ${item.changes.length - MAX_CHANGES} more fields`);
  }
  if (data.count > MAX_ITEMS) lines.push(`… and ${data.count - MAX_ITEMS} more`);
  const author = escapeText(cut(data.actorName ?? data.actor ?? "unknown", MAX_NAME));
  const version = data.version === null ? "" : ` · version ${data.version}`;
  return {
    text: `${title} by ${author}`,
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: joined(lines) } },
      { type: "context", elements: [{ type: "mrkdwn", text: `${author}${version}` }] },
    ],
  };
}

/** The message of a test. */
export function slackTest(): SlackMessage {
  const text = "This is a test of a webhook of Burgee. No flag has changed.";
  return { text, blocks: [{ type: "section", text: { type: "mrkdwn", text } }] };
}

/** Escapes the three characters that have a meaning in Slack's text, so that nobody can mention a channel or link. */
function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function titleOf(item: PayloadItem | undefined): string {
  return item === undefined ? "A change" : `${item.entity} ${code(item.key)} ${item.action}`;
}

function changeLine({ pointer, truncated, ...sides }: PayloadChange): string {
  const place = code(pointer === "" ? "/" : pointer);
  if (truncated === true) return `   ${place} changed`;
  const sideOf = (name: "before" | "after") => (name in sides ? code(JSON.stringify(sides[name])) : "nothing");
  return `   ${place}: ${sideOf("before")} → ${sideOf("after")}`;
}

/** Formats text as code, where Slack knows no other formatting. A backtick would end it. */
function code(text: string): string {
  return `\`${escapeText(cut(text, MAX_VALUE)).replaceAll("`", "ˋ").replaceAll(/\s+/g, " ")}\``;
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // Not between the halves of a surrogate pair.
  return `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Joins whole lines, so that no escape is cut in two. */
function joined(lines: readonly string[]): string {
  let text = "";
  for (const line of lines) {
    if (text.length + line.length + 1 > MAX_SECTION) return `${text}\n…`;
    text += text === "" ? line : `\n${line}`;
  }
  return text;
}
