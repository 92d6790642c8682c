import type { Command } from "commander";
import { type Contents, contentsOfDeployment } from "../../sdk/project/contents.ts";
import type { Condition } from "../../src/flags/document.ts";
import { referencesOf, referencesOfCondition } from "../../src/flags/references.ts";
import { withExamples } from "../examples.ts";
import { UsageError } from "../exit.ts";
import { openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { applyTargets } from "./project.ts";

interface CopyOptions {
  from: string;
  to: string;
  withSegments?: boolean;
  prune?: boolean;
}

/** `burgee copy` copies configurations of flags from one environment to another. */
export function addCopyCommand(program: Command, terminal: Terminal): void {
  withExamples(
    program
      .command("copy")
      .description("copy configurations of flags to another environment, as one version with one purge")
      .argument("[keys...]", "flags to copy (default: all)")
      .requiredOption("--from <environment>", "environment to copy from")
      .requiredOption("--to <environment>", "environment to copy to")
      .option("--with-segments", "also overwrite segments that both environments have; missing ones are always copied")
      .option("--prune", "delete flags and segments that only the target has; only allowed when all flags are copied")
      .action(async (keys: string[], options: CopyOptions, command: Command) => {
        const { from, to, withSegments = false, prune = false } = options;
        if (from === to) throw new UsageError("--from and --to must name different environments");
        if (prune && keys.length > 0)
          throw new UsageError("--prune needs a copy of all flags, so do not give keys with it");
        const session = await openSession(command, terminal);
        const source = await contentsOfDeployment(session.client, from);
        const target = await contentsOfDeployment(session.client, to);
        const unknown = keys.filter((key) => !source.flags.has(key));
        if (unknown.length > 0) throw new UsageError(`these flags do not exist in ${from}: ${unknown.join(", ")}`);
        const contents = chosen(source, target, { keys, withSegments: withSegments || prune });
        await applyTargets(session, [{ environment: to, contents, isPart: keys.length > 0 }], { prune });
      }),
    "burgee copy --from staging --to production new-search checkout-redesign --dry-run",
    "burgee copy --from staging --to production --prune",
  );
}

/** Returns the flags to copy, with the segments that they need. */
function chosen(
  source: Contents,
  target: Contents,
  { keys, withSegments }: { keys: readonly string[]; withSegments: boolean },
): Contents {
  const isWhole = keys.length === 0;
  const flags = new Map([...source.flags].filter(([key]) => isWhole || keys.includes(key)));
  const needed = isWhole ? new Set(source.segments.keys()) : segmentsOf(flags, source);
  const segments = new Map(
    [...source.segments].filter(([key]) => needed.has(key) && (withSegments || !target.segments.has(key))),
  );
  return { flags, segments };
}

/** Returns every segment that the flags refer to, directly or through other segments. */
function segmentsOf(flags: Contents["flags"], { segments }: Contents): Set<string> {
  const found = new Set<string>();
  const open = [...flags.values()].flatMap(referencesOf);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.kind !== "segment" || found.has(next.name)) continue;
    found.add(next.name);
    const segment = segments.get(next.name);
    if (segment !== undefined) open.push(...referencesOfCondition(segment.condition as Condition));
  }
  return found;
}
