import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { allPages } from "../../../../sdk/client/client.ts";
import type { Condition, Explanation, Flag } from "../../../../sdk/client/contract.ts";
import { reasonOf } from "../../state/notices.ts";
import { client } from "../../state/session.ts";
import { createSubject } from "../../state/try-it/subject.ts";
import { attributesOf, namesSegment, traceNode } from "../../state/try-it/trace.ts";
import { Failure } from "../../ui/states.tsx";
import { Tree } from "../try-it/explanation.tsx";
import { SubjectForm } from "../try-it/subject.tsx";

interface Tried {
  isMember: boolean;
  when: NonNullable<Explanation["rules"][number]["when"]>;
  condition: Condition;
  segments: ReadonlyMap<string, Condition>;
}

/** Says whether a user is in the segment as it is on the page, and why. Nothing is saved. */
export function TryUser({ environment, condition }: { environment: string; condition: Condition }): JSX.Element {
  const [tried, setTried] = useState<Tried | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const suggested = useMemo(() => attributesOf(flagOf(condition)), []);
  const subject = useMemo(() => createSubject(suggested), []);
  const run = async (): Promise<void> => {
    const input = subject.input();
    if (input === undefined) return setProblem("Fix the marked fields first.");
    try {
      setTried(await evaluate(environment, condition, input));
      setProblem(undefined);
    } catch (error) {
      setTried(undefined);
      setProblem(reasonOf(error));
    }
  };
  return (
    <section class="card stack" aria-labelledby="try-user">
      <h2 id="try-user">Try a user</h2>
      <SubjectForm subject={subject} suggested={suggested} />
      <p>
        <button type="button" onClick={() => void run()}>
          Is this user in the segment?
        </button>
      </p>
      <Failure text={problem} />
      <div role="status">
        {tried !== undefined && (
          <>
            <p>
              <strong>{tried.isMember ? "This user is in the segment." : "This user is not in the segment."}</strong>
              {tried.condition !== condition && <span class="hint"> The conditions have changed since.</span>}
            </p>
            <Tree nodes={[traceNode(tried.when, tried.condition, tried.segments)]} />
          </>
        )}
      </div>
    </section>
  );
}

const KEY = "members-of-a-segment";

/** A flag that nobody stores, which is on for the members. */
function flagOf(condition: Condition): Pick<Flag, "key" | "rules" | "default"> {
  const flag = {
    key: KEY,
    type: "boolean",
    variants: { on: true, off: false },
    enabled: true,
    offVariant: "off",
    default: { variant: "off" },
    rules: [{ id: "members", when: condition, serve: { variant: "on" } }],
  };
  return flag;
}

async function evaluate(
  environment: string,
  condition: Condition,
  input: { context: Record<string, unknown>; request: Record<string, unknown> | undefined },
): Promise<Tried> {
  const path = { env: environment, key: KEY };
  const { body } = await client.call("explainFlag", { path, body: { ...input, draft: flagOf(condition) } });
  const when = body.rules[0]?.when;
  if (when === undefined) throw new Error(body.problem ?? "the conditions cannot be evaluated");
  const all = namesSegment(body)
    ? await allPages((cursor) =>
        client.call("listSegments", { path: { env: environment }, query: { limit: "200", cursor } }),
      )
    : [];
  const segments = new Map(all.map((segment) => [segment.key, segment.condition]));
  return { isMember: when.result === true, when, condition, segments };
}
