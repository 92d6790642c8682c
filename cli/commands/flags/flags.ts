import type { Command } from "commander";
import type { Terminal } from "../../terminal.ts";
import { addArchiving } from "./archive.ts";
import { addDelete } from "./delete.ts";
import { addReading } from "./read.ts";
import { addServing } from "./serve.ts";
import { addSwitches, addWriting } from "./write.ts";

/** `burgee flags …` manages the flags of an environment. */
export function addFlagCommands(program: Command, terminal: Terminal): void {
  const flags = program.command("flags").description("manage the flags of an environment");
  addReading(flags, terminal);
  addSwitches(flags, terminal);
  addServing(flags, terminal);
  addWriting(flags, terminal);
  addArchiving(flags, terminal);
  addDelete(flags, terminal);
}
