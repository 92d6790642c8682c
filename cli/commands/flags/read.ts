import { exactJson } from "../../../src/flags/formats/exact-numbers.ts";
import { type Command, Option } from "commander";
import { allPages } from "../../../sdk/client/client.ts";
import { serveText } from "../../../sdk/words/serve.ts";
import type { Flag, FlagState } from "../../../sdk/client/contract.ts";
import { FLAG_KINDS, type Lifetime, LIFETIMES } from "../../../src/flags/document.ts";
import { FLAG_STATES, type StateName } from "../../../src/flags/lifecycle/flag-state.ts";
import { withExamples } from "../../examples.ts";
import { openSession, type Session } from "../../session.ts";
import { table } from "../../table.ts";
import type { Terminal } from "../../terminal.ts";
import { readFlag } from "./flag-change.ts";

interface ListOptions {
  search?: string;
  tag?: string;
  kind?: string;
  lifetime?: Lifetime;
  state?: StateName;
  expired?: boolean;
  archived?: boolean;
}

export function addReading(flags: Command, terminal: Terminal): void {
  withExamples(
    flags
      .command("list")
      .alias("ls")
      .description("list all flags, or those that match")
      .option("--search <text>", "only flags with this text in the key or description")
      .option("--tag <tag>", "only flags with this tag")
      .addOption(new Option("--kind <kind>", "only flags of this kind").choices(FLAG_KINDS))
      .addOption(new Option("--lifetime <lifetime>", "only flags with this lifetime").choices(LIFETIMES))
      .addOption(new Option("--state <state>", "only flags in this state").choices(FLAG_STATES))
      .option("--expired", "only temporary flags past their expiry")
      .option("--archived", "the archived flags of the project instead, like --state archived")
      .action(async ({ archived = false, state, expired, ...rest }: ListOptions, command: Command) => {
        const session = await openSession(command, terminal);
        const options = { ...rest, ...(expired === true ? { expired: "true" as const } : {}) };
        if (archived || state === "archived") return await listArchived(session, options);
        const path = { env: session.environment() };
        const items = await allPages((cursor) =>
          session.client.call("listFlags", { path, query: { ...options, state, limit: "200", cursor } }),
        );
        if (state !== undefined || expired === true) return showReasons(session, items);
        session.show(items, (all) =>
          table(
            ["key", "kind", "type", "enabled", "default", "version"],
            all.map((flag) => [
              flag.key,
              flag.kind ?? "flag",
              flag.type,
              flag.enabled ? "yes" : "no",
              serveText(flag.default, { zone: "UTC" }, true),
              String(flag.version ?? ""),
            ]),
            session.width,
          ),
        );
      }),
    "burgee flags list --environment production",
    "burgee flags list -e staging --tag release --json",
  );

  withExamples(
    flags
      .command("get")
      .description("print a flag as JSON that `flags set` accepts")
      .argument("<key>")
      .action(async (key: string, _options: unknown, command: Command) => {
        const session = await openSession(command, terminal);
        session.show(await readFlag(session, key), (flag) => exactJson(flag, 2));
      }),
    "burgee flags get checkout-redesign -e production",
  );
}

/** A list by state says why each flag is in it. */
function showReasons(session: Session, items: readonly (Flag & { state?: FlagState })[]): void {
  session.show(items, (all) =>
    table(
      ["key", "state", "lifetime", "expires", "reason"],
      all.map(({ key, state, lifetime, expiresAt }) => [
        key,
        state?.name ?? "",
        lifetime ?? "",
        expiresAt?.slice(0, 10) ?? "",
        state?.reason ?? "",
      ]),
      session.width,
    ),
  );
}

async function listArchived(
  session: Session,
  filter: Omit<ListOptions, "state" | "expired"> & { expired?: "true" },
): Promise<void> {
  const query = { ...filter, archived: "true", limit: "200" } as const;
  const items = await allPages((cursor) => session.client.call("listDefinitions", { query: { ...query, cursor } }));
  session.show(items, (all) =>
    table(
      ["key", "kind", "type", "archived", "environments"],
      all.map(({ key, kind, type, archivedAt = "", environments }) => [
        key,
        kind,
        type,
        archivedAt.slice(0, 10),
        environments.join(", "),
      ]),
      session.width,
    ),
  );
}
