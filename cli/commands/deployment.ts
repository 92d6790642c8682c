import { type Command, Option } from "commander";
import { loadTools } from "../deployment/tools.ts";
import { withExamples } from "../examples.ts";
import { ExitError } from "../exit.ts";
import type { Terminal } from "../terminal.ts";

/** The commands of a deployment's folder, which `burgee init` writes. */
export function addDeploymentCommands(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("dev")
      .description("run the deployment of this folder on your computer, with its console and an embedded database")
      .action(async () => ended(await (await loadTools()).dev(terminal.cwd))),
    "burgee dev",
    "PORT=8788 burgee dev",
  );
  withExamples(
    program
      .command("migrate")
      .description("apply the missing migrations to the database at DATABASE_URL")
      .action(async () => ended(await (await loadTools()).migrate(terminal.env))),
    "DATABASE_URL='postgresql://…' burgee migrate",
  );
  withExamples(
    program
      .command("admin-token")
      .description("create an admin token in the database at DATABASE_URL, with the worker's KEY_SECRET")
      .addOption(
        new Option("--role <role>", "write may change everything, read may only read")
          .choices(["write", "read"])
          .default("write"),
      )
      .option("--name <text>", "purpose of the token, shown in the list of keys", "created on the command line")
      .action(async (options: { role: string; name: string }) =>
        ended(await (await loadTools()).adminToken(terminal.env, options)),
      ),
    "DATABASE_URL='postgresql://…' KEY_SECRET='…' burgee admin-token --role write",
  );
}

function ended(code: number): void {
  if (code !== 0) throw new ExitError(code);
}
