import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { redact } from "../src/ops/redact.ts";
import { addAuditCommands } from "./commands/audit.ts";
import { addCacheCommands } from "./commands/cache.ts";
import { addCompletionCommands } from "./commands/completion.ts";
import { addDeploymentCommands } from "./commands/deployment.ts";
import { addCopyCommand } from "./commands/copy.ts";
import { addEnvironmentCommands } from "./commands/environments.ts";
import { addEvaluateCommands } from "./commands/evaluate.ts";
import { addFlagCommands } from "./commands/flags/flags.ts";
import { addGeneratedCommands } from "./commands/generated.ts";
import { addHelpCommand } from "./commands/help.ts";
import { addInitCommand } from "./commands/init.ts";
import { addImportCommand } from "./commands/import.ts";
import { addKeyCommands } from "./commands/access/keys.ts";
import { addOverrideCommands } from "./commands/override.ts";
import { addProfileCommands } from "./commands/profiles.ts";
import { addProjectCommands } from "./commands/project.ts";
import { addShadowCommand } from "./commands/shadow.ts";
import { addReferenceCommands } from "./commands/flags/references.ts";
import { addSegmentCommands } from "./commands/segments.ts";
import { escapeControls } from "./text/escape.ts";
import { noteText } from "./input.ts";
import { addTestCommand } from "./commands/test.ts";
import { addTokenCommands } from "./commands/access/tokens.ts";
import { addWebhookCommands } from "./commands/webhooks/webhooks.ts";
import { addUsageCommand } from "./commands/usage.ts";
import { addValidateCommand } from "./commands/validate.ts";
import type { Terminal } from "./terminal.ts";

const HELP = `
Exit codes: 0 done, 1 refused, 2 wrong command line, 3 differences found, 4 changed by somebody else
first, 5 no response from Burgee, too many requests, or an unknown outcome.

Examples:
  $ burgee flags list --environment production
  $ burgee flags disable checkout-redesign -e production
  $ burgee flags set new-search --file new-search.json --dry-run`;

/** Creates the program with every command. */
export function createProgram(terminal: Terminal, { isJson = false } = {}): Command {
  const program = new Command("burgee")
    .description("manage the feature flags of a Burgee deployment")
    .version(manifest.version)
    .option("--url <url>", "URL of the deployment (or BURGEE_URL)")
    .option("--profile <name>", "profile from the configuration file (or BURGEE_PROFILE)")
    .option("-e, --environment <key>", "environment (or BURGEE_ENVIRONMENT)")
    .option("--json", "print the result as JSON")
    .option("--dry-run", "check the changes and show them without making them")
    .option("--note <text>", "why the changes are made, for the audit", noteText)
    .option("--quiet", "print no progress and no confirmation of changes")
    .option("--no-color", "print no colours (or NO_COLOR)")
    .addHelpText("after", HELP)
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.write(escapeControls(text)),
      // With --json, main.ts prints an object instead of the help.
      writeErr: (text) => (isJson ? undefined : terminal.error(redact(text.trimEnd()))),
      // main.ts prints errors, in the form of all others.
      outputError: () => undefined,
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    });
  addFlagCommands(program, terminal);
  addSegmentCommands(program, terminal);
  addEnvironmentCommands(program, terminal);
  addKeyCommands(program, terminal);
  addTokenCommands(program, terminal);
  addWebhookCommands(program, terminal);
  addOverrideCommands(program, terminal);
  addEvaluateCommands(program, terminal);
  addUsageCommand(program, terminal);
  addAuditCommands(program, terminal);
  addCacheCommands(program, terminal);
  addProjectCommands(program, terminal);
  addImportCommand(program, terminal);
  addShadowCommand(program, terminal);
  addValidateCommand(program, terminal);
  addGeneratedCommands(program, terminal);
  addReferenceCommands(program, terminal);
  addTestCommand(program, terminal);
  addCopyCommand(program, terminal);
  addProfileCommands(program, terminal);
  addCompletionCommands(program, terminal);
  addInitCommand(program, terminal);
  addDeploymentCommands(program, terminal);
  addHelpCommand(program);
  return program;
}
