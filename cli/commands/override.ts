import { type Command, InvalidArgumentError } from "commander";
import { ApiError } from "../../sdk/client/client.ts";
import { change } from "../change.ts";
import { withExamples } from "../examples.ts";
import { oneLine } from "../text/escape.ts";
import { RefusedError, UsageError } from "../exit.ts";
import { duration } from "../input.ts";
import { openSession, type Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";

interface CreateOptions {
  flag: Record<string, string>;
  expires: number;
  link?: string;
}

/** `burgee override …` signs links that give other variants to the people who open them. */
export function addOverrideCommands(program: Command, terminal: Terminal): void {
  const override = program
    .command("override")
    .description("sign links that give other variants to the people who open them");

  withExamples(
    override
      .command("create")
      .description("sign overrides and print the link, or without --link the token, on the standard output")
      .requiredOption("--flag <key=variant...>", "flag and the variant to give", flagAndVariant)
      .option("--expires <duration>", "lifetime, such as 30m, 2h or 7d (the maximum)", lifetime, 3600)
      .option("--link <url>", "page of your app that passes overrides on")
      .action(async (options: CreateOptions, command: Command) => {
        const session = await openSession(command, terminal);
        const path = { env: session.environment() };
        const link = options.link === undefined ? undefined : parseLink(options.link);
        const wanted = { flags: options.flag, expiresInSeconds: options.expires };
        const flags = textOf(wanted.flags);
        const throwRefusal = (error: unknown): never => {
          throw refusalOf(error, path.env) ?? error;
        };
        if (session.isDryRun) {
          const query = { dryRun: "true" };
          await session.client.call("createOverrides", { path, query, body: wanted }).catch(throwRefusal);
          session.show({ dryRun: true, ...wanted }, () => `would sign overrides in ${path.env}: ${flags}`);
          return;
        }
        const { body } = await session.client.call("createOverrides", { path, body: wanted }).catch(throwRefusal);
        const header = `X-Flags-Overrides: ${body.token}`;
        link?.searchParams.set("burgee-overrides", body.token);
        const result = { ...body, header, ...(link === undefined ? {} : { link: link.href }) };
        if (!session.isJson)
          terminal.error(`${flags} in ${path.env} until ${oneLine(body.expiresAt)}. As a header:\n${oneLine(header)}`);
        session.show(result, () => link?.href ?? body.token);
      }),
    "burgee override create -e staging --flag checkout=on --expires 2h --link https://staging.example.com/cart",
    "burgee override create -e staging --flag checkout=on banner=off --json",
  );

  withExamples(
    override
      .command("allow")
      .description("allow signed overrides in the environment")
      .action(async (_options: unknown, command: Command) => setAllowed(await openSession(command, terminal), true)),
    "burgee override allow -e staging",
  );

  withExamples(
    override
      .command("forbid")
      .description("end every override in the environment for good, and allow no new ones")
      .action(async (_options: unknown, command: Command) => setAllowed(await openSession(command, terminal), false)),
    "burgee override forbid -e staging",
  );
}

async function setAllowed(session: Session, overridesAllowed: boolean): Promise<void> {
  const path = { env: session.environment() };
  await change(session, {
    subject: `overrides in ${path.env} ${overridesAllowed ? "allowed" : "forbidden"}`,
    before: async () => (await session.client.call("getEnvironment", { path })).body,
    after: (environment) => ({ ...environment, overridesAllowed }),
    write: (query) => session.client.call("updateEnvironment", { path, query, body: { overridesAllowed } }),
  });
}

/** Names the command that allows overrides, because the deployment's own message names the API. */
function refusalOf(error: unknown, environment: string): RefusedError | undefined {
  if (!(error instanceof ApiError) || error.status !== 409) return undefined;
  return new RefusedError(
    `${environment} does not allow overrides; run \`burgee override allow -e ${environment}\` first`,
  );
}

function textOf(flags: Record<string, string>): string {
  return Object.entries(flags)
    .map(([flag, variant]) => `${flag}=${variant}`)
    .join(", ");
}

function lifetime(text: string): number {
  return duration(text, { min: "1m", max: "7d" });
}

function flagAndVariant(text: string, known: Record<string, string> = {}): Record<string, string> {
  const [, flag, variant] = /^(.+)=([^=]+)$/.exec(text) ?? [];
  if (flag === undefined || variant === undefined) throw new InvalidArgumentError("it must look like checkout=on");
  return { ...known, [flag]: variant };
}

function parseLink(text: string): URL {
  const link = URL.canParse(text) ? new URL(text) : undefined;
  if (link?.protocol === "https:" || link?.protocol === "http:") return link;
  throw new UsageError("--link must be the address of a page, such as https://staging.example.com/cart");
}
