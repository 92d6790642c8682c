import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useResource } from "../../state/resource.ts";
import type { EvaluationInput } from "../../state/try-it/subject.ts";
import { Loaded } from "../../ui/states.tsx";
import { Icon } from "../../ui/kit/icon.tsx";
import * as icons from "../../ui/kit/icons.ts";
import { ExplanationView } from "./explanation.tsx";
import { explainFlag } from "./use-evaluation.ts";

interface Props {
  flag: string;
  environment: string;
  question: EvaluationInput & { at: string | undefined };
  /** The address of the same question about this flag alone. */
  link: string;
  onClose: () => void;
}

/** The reasons of one cell of the table, beside it. */
export function Trace({ flag, environment, question, link, onClose }: Props): JSX.Element {
  const explained = useResource(() => explainFlag(environment, flag, question), []);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the reasons are below the table. The keyboard goes on from here, too.
    panel.current?.focus({ preventScroll: true });
    panel.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section ref={panel} class="beside" tabIndex={-1} aria-label={`Why ${flag} in ${environment}`} aria-live="polite">
      <header class="heading">
        <a href={link}>
          {flag} in {environment}
        </a>
        <button type="button" class="quiet icon-button" aria-label="Close the reasons" onClick={onClose}>
          <Icon of={icons.close} />
        </button>
      </header>
      <Loaded of={explained}>{(found) => <ExplanationView {...found} />}</Loaded>
    </section>
  );
}
