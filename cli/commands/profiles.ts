import { resolve } from "node:path";
import type { Command } from "commander";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { checkedUrl, type Profile, profilePath, readProfiles } from "../profile/profile.ts";
import { changeProfiles } from "../profile/profile-file.ts";
import { createShow, type GlobalOptions } from "../session.ts";
import { table } from "../table.ts";
import type { Terminal } from "../terminal.ts";

interface SetOptions extends GlobalOptions {
  tokenVariable?: string;
  tokenFile?: string;
}

/** `burgee profiles …`: deployments by name, in the user's own file. Tokens are never in it. */
export function addProfileCommands(program: Command, terminal: Terminal): void {
  const profiles = program.command("profiles").description("deployments by name, in your own configuration file");

  withExamples(
    profiles
      .command("list")
      .description("every profile, and which one is used when none is named")
      .action(async (_options: unknown, command: Command) => {
        const file = await readProfiles(terminal);
        const all = Object.entries(file.profiles).map(([name, profile]) => ({
          name,
          isDefault: name === file.default,
          ...profile,
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
          ),
        );
      }),
    "burgee profiles list",
  );

  withExamples(
    profiles
      .command("set")
      .description("make a profile or replace it; its URL and environment are those of --url and --environment")
      .argument("<name>")
      .option("--token-variable <name>", "the environment variable that holds the token")
      .option("--token-file <path>", "a file that holds nothing but the token")
      .action(async (name: string, _options: unknown, command: Command) => {
        const profile = profileOf(command.optsWithGlobals<SetOptions>(), terminal);
        await change(command, `profile ${name}`, (file) => {
          file.profiles[name] = profile;
          file.default ??= name;
        });
      }),
    "burgee profiles set shop --url https://flags.example.com --token-variable SHOP_FLAGS_TOKEN",
    "burgee profiles set local --url http://127.0.0.1:8787 --token-file ~/.burgee-token --environment staging",
  );

  withExamples(
    profiles
      .command("use")
      .description("the profile that is used when none is named")
      .argument("<name>")
      .action(async (name: string, _options: unknown, command: Command) => {
        await change(command, `default profile ${name}`, (file) => {
          requireKnown(name, file.profiles);
          file.default = name;
        });
      }),
    "burgee profiles use shop",
  );

  withExamples(
    profiles
      .command("remove")
      .description("forget a profile; the deployment and the token stay as they are")
      .argument("<name>")
      .action(async (name: string, _options: unknown, command: Command) => {
        await change(command, `profile ${name} removed`, (file) => {
          requireKnown(name, file.profiles);
          delete file.profiles[name];
          if (file.default === name) delete file.default;
        });
      }),
    "burgee profiles remove shop",
  );

  async function change(command: Command, what: string, edit: Parameters<typeof changeProfiles>[1]): Promise<void> {
    const isDryRun = command.optsWithGlobals<GlobalOptions>().dryRun === true;
    const after = await changeProfiles(terminal, edit, { isDryRun });
    const path = profilePath(terminal.env);
    showOf(command, terminal)({ ...(isDryRun ? { dryRun: true } : {}), file: path, ...after }, () =>
      isDryRun ? `${what}: would be written to ${path}` : `${what}: written to ${path}`,
    );
  }
}

function showOf(command: Command, terminal: Terminal): ReturnType<typeof createShow> {
  return createShow(command.optsWithGlobals<GlobalOptions>().json === true, terminal);
}

/** @throws UsageError */
function profileOf({ url, environment, tokenVariable, tokenFile }: SetOptions, { cwd }: Terminal): Profile {
  if (url === undefined) throw new UsageError("give the URL of the deployment: --url https://flags.example.com");
  if (tokenVariable !== undefined && tokenFile !== undefined) {
    throw new UsageError("give one of --token-variable and --token-file");
  }
  // A token in the wrong place would end up in a file, and in a history: it is refused, and not repeated.
  if ([tokenVariable, tokenFile].some((value) => value !== undefined && /^bg[acs]_/.test(value))) {
    throw new UsageError("give the name of a variable or of a file that holds the token, not the token itself");
  }
  if (tokenVariable !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(tokenVariable)) {
    throw new UsageError("--token-variable must be a name of letters, digits and _, as BURGEE_SHOP_TOKEN");
  }
  return {
    url: checkedUrl(url),
    ...(tokenVariable === undefined ? {} : { tokenVariable }),
    ...(tokenFile === undefined ? {} : { tokenFile: resolve(cwd, tokenFile) }),
    ...(environment === undefined ? {} : { environment }),
  };
}

function requireKnown(name: string, profiles: Record<string, Profile>): void {
  if (Object.hasOwn(profiles, name)) return;
  throw new UsageError(`there is no profile ${name}; there are: ${Object.keys(profiles).join(", ") || "none"}`);
}
