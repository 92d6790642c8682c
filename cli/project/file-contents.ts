import { byKey, type Contents, wholeFlag, wholeSegment } from "../../sdk/project/contents.ts";
import { InvalidInputError } from "../../src/ops/errors.ts";
import { UsageError } from "../exit.ts";
import type { ProjectFile } from "./file.ts";
import { type LineAt, stepsOf, withLine } from "./lines.ts";

/**
 * Reads one environment's contents from a file, with the worker's own checks. `contents` leaves out flags and segments
 * with mistakes.
 */
export function readContents(
  project: ProjectFile,
  environment: string,
  lineAt: LineAt = () => undefined,
): { contents: Contents; mistakes: string[] } {
  const mistakes: string[] = [];
  const collect = <T>(
    name: string,
    pathOf: (steps: (string | number)[]) => (string | number)[],
    parse: () => T,
  ): T[] => {
    try {
      return [parse()];
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      for (const { pointer, detail } of error.errors) {
        const place = [`${name} in ${environment}`, pointer].filter(Boolean).join(", ");
        mistakes.push(withLine(`${place} ${detail}`, lineAt(pathOf(stepsOf(pointer)))));
      }
      return [];
    }
  };
  const flags = project.flags.flatMap(({ environments, ...definition }, i) => {
    const configuration = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
    if (configuration === undefined) return [];
    const pathOf = (steps: (string | number)[]) => {
      const isConfiguration = steps[0] !== undefined && Object.hasOwn(configuration, String(steps[0]));
      return ["flags", i, ...(isConfiguration ? ["environments", environment] : []), ...steps];
    };
    return collect(`flag ${definition.key}`, pathOf, () => wholeFlag({ ...definition, ...configuration }));
  });
  const segments = Object.entries(
    (Object.hasOwn(project.segments, environment) && project.segments[environment]) || {},
  ).flatMap(([key, segment]) =>
    collect(
      `segment ${key}`,
      (steps) => ["segments", environment, key, ...steps],
      () => wholeSegment({ ...segment, key }),
    ),
  );
  return { contents: { flags: byKey(flags), segments: byKey(segments) }, mistakes };
}

/** Returns one environment's contents in a file. @throws UsageError with all errors */
export function contentsOfFile(project: ProjectFile, environment: string, name: string, lineAt?: LineAt): Contents {
  const { contents, mistakes } = readContents(project, environment, lineAt);
  if (mistakes.length > 0) throw new UsageError(`${name} has errors:${mistakes.map((one) => `\n  ${one}`).join("")}`);
  return contents;
}
