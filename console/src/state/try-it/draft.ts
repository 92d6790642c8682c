/** The comparison of a draft with the stored flag, for one user and for a sample. */
import { allPages } from "../../../../sdk/client/client.ts";
import type { Condition, Explanation, Flag, Sampled } from "../../../../sdk/client/contract.ts";
import { client } from "../session.ts";
import type { Resolved } from "./reasons.ts";
import type { EvaluationInput } from "./subject.ts";
import { namesSegment } from "./trace.ts";

interface Side {
  explanation: Explanation;
  flag: Flag;
  segments: ReadonlyMap<string, Condition>;
}

export interface Comparison {
  stored: Side;
  draft: Side;
  sampled: Sampled;
  /** Whether the user gets the same variant and value from both. */
  isSame: boolean;
}

/**
 * Evaluates both on the server, which has the segments and the other flags that they use. Both are sent as drafts, so
 * that a time is only the time of the evaluation, and the flags are those on the page.
 */
export async function compareDraft(
  environment: string,
  { stored, draft }: { stored: Flag; draft: Flag },
  { by, ...question }: EvaluationInput & { at: string | undefined; by: string },
): Promise<Comparison> {
  const path = { env: environment, key: stored.key };
  const explain = async (flag: Flag): Promise<Explanation> =>
    (await client.call("explainFlag", { path, body: { ...question, draft: { ...flag } } })).body;
  const sample = client.call("sampleFlag", { path, body: { ...question, by, count: 1000, draft: { ...draft } } });
  const [ofDraft, ofStored, sampled] = await Promise.all([explain(draft), explain(stored), sample]);
  const segments = await readSegments(environment, [ofDraft, ofStored]);
  return {
    stored: { explanation: ofStored, flag: stored, segments },
    draft: { explanation: ofDraft, flag: draft, segments },
    sampled: sampled.body,
    isSame: resultOf(ofDraft) === resultOf(ofStored),
  };
}

async function readSegments(
  environment: string,
  explanations: readonly Explanation[],
): Promise<ReadonlyMap<string, Condition>> {
  if (!explanations.some(namesSegment)) return new Map();
  const path = { env: environment };
  const found = await allPages((cursor) => client.call("listSegments", { path, query: { limit: "200", cursor } }));
  return new Map(found.map(({ key, condition }) => [key, condition]));
}

function resultOf({ resolution }: Explanation): string {
  const { variant, value, errorCode } = resolution as unknown as Resolved & { value?: unknown };
  return JSON.stringify([variant, value, errorCode]);
}
