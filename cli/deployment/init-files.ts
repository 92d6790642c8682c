import { readFile } from "node:fs/promises";
import type { PackageJson } from "./package-json.ts";

/** The decisions about a new deployment. */
export interface InitAnswers {
  /** The worker's name. */
  name: string;
  environments: readonly string[];
  ci: Ci;
}

export const CI_SYSTEMS = ["github", "gitlab", "none"] as const;
export type Ci = (typeof CI_SYSTEMS)[number];

/** Templates by their path in a deployment's folder. npm leaves out files of some names, such as .gitignore. */
const TEMPLATES = {
  "wrangler.toml": "wrangler.toml",
  "flags.yaml": "flags.yaml",
  "flags.test.yaml": "flags.test.yaml",
  "README.md": "README.md",
  ".gitignore": "gitignore",
  ".dev.vars.example": "dev.vars.example",
};
const WORKFLOWS: Record<Ci, Record<string, string>> = {
  github: { ".github/workflows/flags.yml": "github/flags.yml" },
  gitlab: { ".gitlab-ci.yml": "gitlab-ci.yml" },
  none: {},
};

/** The packages that a deployment's folder needs besides Burgee, to run the worker locally and to upload it. */
const TOOLS = ["wrangler", "@electric-sql/pglite", "pg", "node"] as const;

/**
 * Returns the files of a new deployment by path. `folder` is that of the package, and `manifest` its package.json.
 */
export async function initFiles(
  answers: InitAnswers,
  folder: URL,
  manifest: PackageJson,
): Promise<Map<string, string>> {
  const { name, environments, ci } = answers;
  const values: Record<string, string> = {
    name,
    firstEnvironment: environments[0] ?? "production",
    environments: environments.map((key) => `  - { key: "${key}", name: "${nameOf(key)}" }`).join("\n"),
    configurations: environments
      .map((key) => `      ${key}: { enabled: true, offVariant: "off", default: { variant: "off" } }`)
      .join("\n"),
  };
  const files = new Map([["package.json", packageText(name, manifest)]]);
  for (const [path, template] of Object.entries({ ...TEMPLATES, ...WORKFLOWS[ci] })) {
    const text = await readFile(new URL(`templates/${template}`, folder), "utf8");
    // A workflow has braces of its own.
    files.set(
      path,
      text.replaceAll(/(?<!\$)\{\{(\w+)\}\}/g, (whole, key: string) => values[key] ?? whole),
    );
  }
  return files;
}

function packageText(name: string, { version, devDependencies }: PackageJson): string {
  const content = {
    name,
    private: true,
    type: "module",
    scripts: { dev: "burgee dev", deploy: "wrangler deploy", burgee: "burgee" },
    devDependencies: {
      burgee: version,
      ...Object.fromEntries(TOOLS.map((tool) => [tool, devDependencies[tool]])),
    },
    // npm runs the install scripts of these packages only if they are named: each installs a program.
    allowScripts: { node: true, esbuild: true, workerd: true },
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function nameOf(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1).replaceAll("-", " ");
}
