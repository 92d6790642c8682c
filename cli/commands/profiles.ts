import { resolve } from "node:path";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { checkedProfile, checkedUrl, type Profile, profilePath, readProfiles } from "../profile/profile.ts";
import { changeProfiles } from "../profile/profile-file.ts";
import { RESERVED_NAME } from "../../src/flags/limits.ts";
import { createShow, type GlobalOptions } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

interface SetOptions extends GlobalOptions {
  tokenVariable?: string;
  tokenFile?: string;
  headerVariable?: Record<string, string>;
}

/** `burgee profiles …` manages named deployments in the user's own file. The file never contains tokens. */
export function addProfileCommands(program: Command, terminal: Terminal): void {
  const profiles = program.command("profiles").description("manage named deployments in your own configuration file");
  addList(profiles, terminal);
  addSet(profiles, terminal);
  addUse(profiles, terminal);
  addRemove(profiles, terminal);
}

function addList(profiles: Command, terminal: Terminal): void {
  withExamples(
    profiles
      .command("list")
      .alias("ls")
      .description("list every profile and mark the default")
      .action(async (_options: unknown, command: Command) => {
        const file = await readProfiles(terminal);
        const all = Object.entries(file.profiles).map(([name, profile]) => ({
          name,
          isDefault: name === file.default,
          ...checkedProfile(name, profile, profilePath(terminal.env)),
        }));
        showOf(command, terminal)(all, () =>
          table(
            ["", "name", "url", "environment", "token from"],
            all.map(({ name, isDefault, url, environment = "", tokenVariable, tokenFile }) => [
              isDefault ? "*" : "",
              name,
              url,
              environment,
              tokenVariable === undefined ? (tokenFile ?? "") : `$${tokenVariable}`,
            ]),
            terminal.isInteractive ? terminal.columns : Infinity,
          ),
        );
      }),
    "burgee profiles list",
  );
}

function addSet(profiles: Command, terminal: Terminal): void {
  withExamples(
    profiles
      .command("set")
      .description("create or replace a profile with the given --url and --environment")
      .argument("<name>")
      .option("--token-variable <name>", "environment variable that contains the token")
      .option("--token-file <path>", "file that contains only the token")
      .option(
        "--header-variable <header=name...>",
        "header to send with each request, and the variable that contains its value",
        headerVariable,
      )
      .action(async (name: string, _options: unknown, command: Command) => {
        if (name === "" || name === RESERVED_NAME)
          throw new UsageError(`the name of a profile must not be ${name === "" ? "empty" : name}`);
        const profile = profileOf(command.optsWithGlobals<SetOptions>(), terminal);
        await change(command, terminal, `profile ${name}`, (file) => {
          file.profiles[name] = profile;
          file.default ??= name;
        });
      }),
    "burgee profiles set shop --url https://flags.example.com --token-variable SHOP_FLAGS_TOKEN",
    "burgee profiles set shop --url https://flags.example.com --header-variable CF-Access-Client-Id=ACCESS_ID CF-Access-Client-Secret=ACCESS_SECRET",
    "burgee profiles set local --url http://127.0.0.1:8787 --token-file ~/.burgee-token --environment staging",
  );
}

function addUse(profiles: Command, terminal: Terminal): void {
  withExamples(
    profiles
      .command("use")
      .description("make a profile the default")
      .argument("<name>")
      .action(async (name: string, _options: unknown, command: Command) => {
        await change(command, terminal, `default profile ${name}`, (file) => {
          requireKnown(name, file.profiles);
          file.default = name;
        });
      }),
    "burgee profiles use shop",
  );
}

function addRemove(profiles: Command, terminal: Terminal): void {
  withExamples(
    profiles
      .command("remove")
      .alias("rm")
      .description("remove a profile from the file, without changing the deployment or the token")
      .argument("<name>")
      .action(async (name: string, _options: unknown, command: Command) => {
        await change(command, terminal, `profile ${name} removed`, (file) => {
          requireKnown(name, file.profiles);
          delete file.profiles[name];
          if (file.default === name) delete file.default;
        });
      }),
    "burgee profiles remove shop",
  );
}

async function change(
  command: Command,
  terminal: Terminal,
  subject: string,
  edit: Parameters<typeof changeProfiles>[1],
): Promise<void> {
  const isDryRun = command.optsWithGlobals<GlobalOptions>().dryRun === true;
  const after = await changeProfiles(terminal, edit, { isDryRun });
  const path = profilePath(terminal.env);
  showOf(command, terminal)({ ...(isDryRun ? { dryRun: true } : {}), file: path, ...after }, () =>
    isDryRun ? `${subject}: would be written to ${path}` : `${subject}: written to ${path}`,
  );
}

function showOf(command: Command, terminal: Terminal): ReturnType<typeof createShow> {
  return createShow(command.optsWithGlobals<GlobalOptions>().json === true, terminal);
}

/** @throws UsageError */
function profileOf(options: SetOptions, { cwd }: Terminal): Profile {
  const { url, environment, tokenVariable, tokenFile, headerVariable: headerVariables } = options;
  if (url === undefined)
    throw new UsageError("--url is missing; give the URL of the deployment, such as https://flags.example.com");
  if (tokenVariable !== undefined && tokenFile !== undefined) {
    throw new UsageError("use either --token-variable or --token-file, not both");
  }
  // Refuse a token here without repeating it, because it would end up in the file.
  if ([tokenVariable, tokenFile].some((value) => value !== undefined && /^bg[acs]_/.test(value))) {
    throw new UsageError(
      "--token-variable and --token-file take the name of a variable or file with the token, not the token itself",
    );
  }
  if (tokenVariable !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(tokenVariable)) {
    throw new UsageError("--token-variable must be a name of letters, digits and _, such as BURGEE_SHOP_TOKEN");
  }
  return {
    url: checkedUrl(url, "--url"),
    ...(tokenVariable === undefined ? {} : { tokenVariable }),
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(cwd, tokenFile) }),
    ...(environment === undefined ? {} : { environment }),
    ...(headerVariables === undefined ? {} : { headerVariables }),
  };
}

function headerVariable(text: string, known: Record<string, string> = {}): Record<string, string> {
  const [, header, name] = /^([A-Za-z][A-Za-z0-9-]*)=([A-Za-z_][A-Za-z0-9_]*)$/.exec(text) ?? [];
  // The message does not quote the text, because it may be the secret itself.
  if (header === undefined || name === undefined)
    throw new UsageError("--header-variable takes a header and the name of a variable: CF-Access-Client-Id=ACCESS_ID");
  if (RESERVED_HEADERS.has(header.toLowerCase()))
    throw new UsageError(`--header-variable cannot set ${header}, because burgee sets it itself`);
  return { ...known, [header]: name };
}

/** Headers that belong to the client or to the connection. */
const RESERVED_HEADERS = new Set([
  "authorization",
  "content-type",
  "content-length",
  "host",
  "if-match",
  "if-none-match",
]);

function requireKnown(name: string, profiles: Record<string, Profile>): void {
  if (Object.hasOwn(profiles, name)) return;
  throw new UsageError(`profile ${name} does not exist (known: ${Object.keys(profiles).join(", ") || "none"})`);
}
