/**
 * Which deployment a command talks to, and as whom. In this order: options, environment variables, a profile of the
 * user's file, and in a clone with `npm run dev` its .burgee/dev.json. A token is never an option: command lines are seen
 * by others and kept in histories.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { UsageError } from "../exit.ts";
import { readIfThere } from "../input.ts";
import type { Terminal } from "../terminal.ts";

export interface Target {
  url: string;
  token: string | undefined;
  /** Environment key. */
  environment: string | undefined;
  /** Where the URL comes from, in words. */
  source: string;
}

export interface TargetOptions {
  url?: string;
  profile?: string;
  environment?: string;
}

/** One deployment in the user's file. */
export interface Profile {
  url: string;
  /** Name of the environment variable that holds the token. */
  tokenVariable?: string;
  /** File that holds nothing but the token. */
  tokenFile?: string;
  environment?: string;
}

export interface ProfileFile {
  default?: string;
  profiles: Record<string, Profile>;
}

interface DevFile {
  url: string;
  adminToken: string;
}

/** @throws UsageError when nothing says where the deployment is, or the token is none */
export async function resolveTarget(options: TargetOptions, terminal: Terminal): Promise<Target> {
  const target = await findTarget(options, terminal);
  // What is no header is refused by fetch, in an error that quotes it.
  if (target.token !== undefined && !/^[\x21-\x7e]+$/.test(target.token)) {
    throw new UsageError(
      "the token must be one word of letters, digits, - and _; is there more in its variable or file?",
    );
  }
  return target;
}

async function findTarget(options: TargetOptions, terminal: Terminal): Promise<Target> {
  const { env } = terminal;
  const environment = options.environment ?? env["BURGEE_ENVIRONMENT"];
  // A profile that is named on the command line goes before variables, which may be another deployment's.
  const given = options.url ?? (options.profile === undefined ? env["BURGEE_URL"] : undefined);
  const token = await tokenOf(env, terminal.cwd);
  if (given !== undefined) {
    return { url: checkedUrl(given), token, environment, source: options.url ? "--url" : "BURGEE_URL" };
  }
  const file = await readProfiles(terminal);
  const name = options.profile ?? env["BURGEE_PROFILE"] ?? file.default;
  if (name !== undefined) {
    const profile = Object.hasOwn(file.profiles, name) ? file.profiles[name] : undefined;
    if (typeof profile?.url !== "string") {
      const known = Object.keys(file.profiles).join(", ") || "none";
      throw new UsageError(`there is no profile ${name} in ${profilePath(env)}; there are: ${known}`);
    }
    const isOwn = options.profile !== undefined && (profile.tokenVariable ?? profile.tokenFile) !== undefined;
    return {
      url: checkedUrl(profile.url),
      token: (isOwn ? undefined : token) ?? (await profileToken(profile, terminal)),
      environment: environment ?? profile.environment,
      source: `profile ${name}`,
    };
  }
  const dev = await readDevFile(terminal);
  if (dev !== undefined) {
    // Its own token alone: the file belongs to the folder, which may be somebody else's clone with another URL in it.
    return { url: checkedUrl(dev.url), token: dev.adminToken, environment, source: ".burgee/dev.json" };
  }
  throw new UsageError(
    "which deployment? Set BURGEE_URL and BURGEE_TOKEN, give --url, or make a profile with `burgee profiles set`",
  );
}

export function profilePath(env: Terminal["env"]): string {
  return (
    env["BURGEE_CONFIG"] ??
    join(env["XDG_CONFIG_HOME"] ?? join(env["HOME"] ?? homedir(), ".config"), "burgee", "config.yaml")
  );
}

/** @throws UsageError when the file is there and holds no profiles */
export async function readProfiles({ env }: Terminal): Promise<ProfileFile> {
  const path = profilePath(env);
  const text = await readIfThere(path);
  if (text === undefined) return { profiles: {} };
  let file: unknown;
  try {
    file = parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not YAML: ${(error as Error).message}`);
  }
  const { profiles } = (file ?? { profiles: {} }) as Partial<ProfileFile>;
  if (typeof profiles !== "object" || profiles === null) throw new UsageError(`${path} needs a map "profiles"`);
  return { ...(file as ProfileFile | null), profiles };
}

async function tokenOf(env: Terminal["env"], cwd: string): Promise<string | undefined> {
  if (env["BURGEE_TOKEN"] !== undefined) return env["BURGEE_TOKEN"].trim();
  const file = env["BURGEE_TOKEN_FILE"];
  return file === undefined ? undefined : await readToken(resolve(cwd, file), "BURGEE_TOKEN_FILE");
}

async function profileToken(
  { tokenVariable, tokenFile }: Profile,
  { env, cwd }: Terminal,
): Promise<string | undefined> {
  if (tokenVariable !== undefined && env[tokenVariable] !== undefined) return env[tokenVariable]?.trim();
  return tokenFile === undefined ? undefined : await readToken(resolve(cwd, tokenFile), "tokenFile");
}

async function readToken(path: string, name: string): Promise<string> {
  const text = await readIfThere(path);
  if (text === undefined) throw new UsageError(`${name}: there is no file ${path}`);
  return text.trim();
}

async function readDevFile({ env, cwd }: Terminal): Promise<DevFile | undefined> {
  const path = join(resolve(cwd, env["BURGEE_DIR"] ?? ".burgee"), "dev.json");
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as DevFile;
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
}

/** @throws UsageError */
export function checkedUrl(url: string): string {
  const { protocol, username, password } = URL.canParse(url) ? new URL(url) : new URL("none:");
  if (!/^https?:$/.test(protocol)) {
    throw new UsageError(`the URL of the deployment must be like https://flags.example.com, not ${url}`);
  }
  if (username !== "" || password !== "") throw new UsageError("the URL of the deployment must hold no password");
  return url;
}
