/** Changes of flags as people make them: shown at once, taken back when they fail, confirmed where it matters. */
import { ApiError } from "../../../../sdk/client/client.ts";
import type { Flag } from "../../../../sdk/client/contract.ts";
import { confirm } from "../../ui/confirm.tsx";
import { askConflict } from "../../ui/conflict.tsx";
import { isProtected } from "../environments.ts";
import { notify, notifyFailure } from "../notices.ts";
import { client } from "../session.ts";

/** Switches that are being saved, by environment and key, with the flag as it is afterwards. */
const switching = new Map<string, Promise<Flag>>();

/** Switches a flag on or off. `show` gets what to show: the wish at once, then what the deployment says. */
export async function toggleFlag(environment: string, flag: Flag, show: (flag: Flag) => void): Promise<void> {
  const enabled = !flag.enabled;
  const verb = enabled ? "Turn on" : "Turn off";
  if (isProtected(environment)) {
    const detail = enabled
      ? "It then serves by its rules."
      : `Everybody then gets ${flag.offVariant == null ? "the caller's own default" : `the off variant, ${flag.offVariant}`}.`;
    const title = `${verb} ${flag.key} in ${environment}?`;
    if (!(await confirm({ title, detail, action: verb, typed: flag.key }))) return;
  }
  show({ ...flag, enabled });
  // Pressed again before the answer: from what that leaves, or a person would be in conflict with themselves.
  const id = `${environment} ${flag.key}`;
  const turn = (switching.get(id) ?? Promise.resolve(flag)).then(
    async (base) => (await saveFlag(environment, base, { ...base, enabled })) ?? base,
  );
  switching.set(id, turn);
  const now = await turn;
  if (switching.get(id) !== turn) return;
  switching.delete(id);
  show(now);
}

/**
 * Writes the flag while it is still at the version of `base`. When somebody else was first, both are shown and the
 * person chooses. Answers the flag as it now is; undefined when nothing was written, which `onRefused` hears of.
 */
export async function saveFlag(
  environment: string,
  base: Flag,
  wanted: Flag,
  onRefused: (error: unknown) => void = (error) => notifyFailure(`${wanted.key} was not saved`, error),
): Promise<Flag | undefined> {
  const path = { env: environment, key: wanted.key };
  try {
    const headers = base.version === undefined ? {} : { "If-Match": `"${base.version}"` };
    const { answer } = await client.call("putFlag", { path, body: wanted, headers });
    notify(`${wanted.key}: version ${answer.version}${publishedText(answer.published)}`);
    return answer.flag;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 412) {
      onRefused(error);
      return undefined;
    }
  }
  let theirs: Flag;
  try {
    theirs = (await client.call("getFlag", { path })).answer;
  } catch (error) {
    onRefused(error);
    return undefined;
  }
  const choice = await askConflict({ key: wanted.key, base, mine: wanted, theirs });
  return choice === "mine" ? await saveFlag(environment, theirs, wanted, onRefused) : theirs;
}

function publishedText(published: { redis?: boolean | undefined; edge?: boolean | undefined }): string {
  const isLate = published.redis === false || published.edge === false;
  return isLate ? ", to be published by the next sweep" : ", published";
}
