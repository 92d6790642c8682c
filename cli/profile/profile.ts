/**
 * Finds the deployment for a command and the token for it. The sources are, in this order: options, environment
 * variables, a profile from the user's file, and in a clone with `npm run dev` its .burgee/dev.json. The token is never
 * an option, because other users can see command lines and shells record them.
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { isRecord } from "../../sdk/project/record.ts";
import { UsageError } from "../exit.ts";
import { readIfExists } from "../input.ts";
import type { Terminal } from "../terminal.ts";

export interface Target {
  url: string;
  token: string | undefined;
  /** The environment's key. */
  environment: string | undefined;
  /** The source of the URL, for messages. */
  source: string;
  /** Headers of the profile. They are only sent to its URL. */
  headers?: Record<string, string>;
}

export interface TargetOptions {
  url?: string;
  profile?: string;
  environment?: string;
}

/** A deployment in the user's file. */
export interface Profile {
  url: string;
  /** The name of the environment variable with the token. */
  tokenVariable?: string;
  /** The path of a file that contains only the token. */
  tokenFile?: string;
  environment?: string;
  /** Extra headers, for example for an access proxy: maps each header to the variable that contains its value. */
  headerVariables?: Record<string, string>;
}

export interface ProfileFile {
  default?: string;
  profiles: Record<string, Profile>;
}

interface DevFile {
  url: string;
  adminToken: string;
}

/** @throws UsageError if no deployment is given or the token is malformed */
export async function resolveTarget(options: TargetOptions, terminal: Terminal): Promise<Target> {
  const target = await findTarget(options, terminal);
  for (const secret of [target.token, ...Object.values(target.headers ?? {})]) terminal.hide?.(secret ?? "");
  if (target.token !== undefined) checkWord(target.token, "the token");
  return target;
}

/** Checks a secret that becomes a header. For one that cannot, fetch would throw an error that quotes it. */
function checkWord(secret: string, name: string): void {
  if (!/^[\x21-\x7e]+$/.test(secret))
    throw new UsageError(
      `${name} must be one word of letters, digits, - and _; check its variable or file for other text`,
    );
}

/** Returns the SDK key of BURGEE_KEY. No option takes it, as with the token. @throws UsageError */
export function requiredSdkKey({ env, hide }: Terminal): string {
  const key = env["BURGEE_KEY"]?.trim() ?? "";
  hide?.(key);
  if (key === "")
    throw new UsageError(
      "set BURGEE_KEY to a server key of the environment; `burgee keys create --kind server` creates one",
    );
  checkWord(key, "BURGEE_KEY");
  return key;
}

async function findTarget(options: TargetOptions, terminal: Terminal): Promise<Target> {
  const { env } = terminal;
  const environment = options.environment ?? env["BURGEE_ENVIRONMENT"];
  // A profile on the command line comes before variables, because those may belong to another deployment.
  const given = options.url ?? (options.profile === undefined ? env["BURGEE_URL"] : undefined);
  const token = await tokenOf(env, terminal.cwd);
  if (given !== undefined) {
    const source = options.url ? "--url" : "BURGEE_URL";
    return { url: checkedUrl(given, source), token, environment, source };
  }
  const file = await readProfiles(terminal);
  const name = options.profile ?? env["BURGEE_PROFILE"] ?? file.default;
  if (name !== undefined) {
    if (!Object.hasOwn(file.profiles, name)) {
      const known = Object.keys(file.profiles).join(", ") || "none";
      throw new UsageError(`profile ${name} does not exist in ${profilePath(env)} (known: ${known})`);
    }
    const profile = checkedProfile(name, file.profiles[name], profilePath(env));
    const isOwn = options.profile !== undefined && (profile.tokenVariable ?? profile.tokenFile) !== undefined;
    return {
      url: checkedUrl(profile.url, `the url of profile ${name}`),
      token: (isOwn ? undefined : token) ?? (await profileToken(name, profile, terminal)),
      environment: environment ?? profile.environment,
      source: `profile ${name}`,
      headers: profileHeaders(name, profile, terminal),
    };
  }
  const dev = await readDevFile(terminal);
  if (dev !== undefined) {
    // Use only the file's own token, because the folder may be someone else's clone with another URL in the file.
    return {
      url: checkedUrl(dev.url, "the url in .burgee/dev.json"),
      token: dev.adminToken,
      environment,
      source: ".burgee/dev.json",
    };
  }
  throw new UsageError(
    "no deployment given; set BURGEE_URL and BURGEE_TOKEN, use --url, or create a profile with `burgee profiles set`",
  );
}

export function profilePath(env: Terminal["env"]): string {
  return (
    env["BURGEE_CONFIG"] ??
    join(env["XDG_CONFIG_HOME"] ?? join(env["HOME"] ?? homedir(), ".config"), "burgee", "config.yaml")
  );
}

/** @throws UsageError if the file exists but does not contain profiles */
export async function readProfiles({ env }: Terminal): Promise<ProfileFile> {
  const path = profilePath(env);
  const text = await readIfExists(path);
  if (text === undefined) return { profiles: {} };
  let file: unknown;
  try {
    file = parse(text);
  } catch (error) {
    throw new UsageError(`${path} is not YAML: ${(error as Error).message}`);
  }
  const { profiles } = (file ?? { profiles: {} }) as Partial<ProfileFile>;
  if (typeof profiles !== "object" || profiles === null || Array.isArray(profiles))
    throw new UsageError(`${path} must contain a map "profiles"`);
  return { ...(file as ProfileFile | null), profiles };
}

/** Checks a profile of the user's file, which people edit by hand. @throws UsageError that names the wrong field */
export function checkedProfile(name: string, profile: unknown, path: string): Profile {
  const refuse = (field: string, accepted: string): never => {
    throw new UsageError(`${path}: ${field} of profile ${name} must be ${accepted}`);
  };
  if (!isRecord(profile)) throw new UsageError(`${path}: profile ${name} must be a map with "url"`);
  if (typeof profile["url"] !== "string") refuse("url", "text");
  for (const field of ["tokenVariable", "tokenFile", "environment"])
    if (profile[field] !== undefined && typeof profile[field] !== "string") refuse(field, "text");
  const { headerVariables = {} } = profile;
  if (!isRecord(headerVariables) || !Object.values(headerVariables).every((one) => typeof one === "string"))
    refuse("headerVariables", "a map from headers to names of variables");
  return profile as unknown as Profile;
}

async function tokenOf(env: Terminal["env"], cwd: string): Promise<string | undefined> {
  if (env["BURGEE_TOKEN"] !== undefined) return env["BURGEE_TOKEN"].trim();
  const file = env["BURGEE_TOKEN_FILE"];
  return file === undefined ? undefined : await readToken(resolve(cwd, file), "BURGEE_TOKEN_FILE");
}

/** @throws UsageError if the variable that should contain the token is not set */
async function profileToken(
  profile: string,
  { tokenVariable, tokenFile }: Profile,
  { env, cwd }: Terminal,
): Promise<string | undefined> {
  if (tokenVariable !== undefined) return requiredVariable(tokenVariable, profile, env);
  return tokenFile === undefined ? undefined : await readToken(resolve(cwd, tokenFile), "tokenFile");
}

/** @throws UsageError if a variable is not set, or its value cannot be a header */
function profileHeaders(profile: string, { headerVariables = {} }: Profile, { env }: Terminal): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headerVariables).map(([header, name]) => {
      const value = requiredVariable(name, profile, env);
      // For text that cannot be a header, fetch would throw an error that quotes it.
      if (!/^[\x20-\x7e]+$/.test(value))
        throw new UsageError(`profile ${profile}: the value of the variable ${name} cannot be a header`);
      return [header, value];
    }),
  );
}

function requiredVariable(name: string, profile: string, env: Terminal["env"]): string {
  const value = env[name]?.trim() ?? "";
  if (value === "") throw new UsageError(`profile ${profile}: the variable ${name} is not set`);
  return value;
}

async function readToken(path: string, name: string): Promise<string> {
  const text = await readIfExists(path);
  if (text === undefined) throw new UsageError(`${name}: file ${path} does not exist`);
  return text.trim();
}

async function readDevFile({ env, cwd }: Terminal): Promise<DevFile | undefined> {
  const path = join(resolve(cwd, env["BURGEE_DIR"] ?? ".burgee"), "dev.json");
  const text = await readIfExists(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as DevFile;
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`);
  }
}

/** Checks the URL of a deployment. `source` says where it was given. @throws UsageError */
export function checkedUrl(url: string, source: string): string {
  const { protocol, username, password } = URL.canParse(url) ? new URL(url) : new URL("none:");
  if (!/^https?:$/.test(protocol)) {
    // The text may be a connection string or contain a password, so the message does not repeat it.
    throw new UsageError(`${source} must look like https://flags.example.com`);
  }
  if (username !== "" || password !== "") throw new UsageError(`${source} must not contain a user name or password`);
  return url;
}
