import type { JSX } from "preact";
import { row } from "../../../state/flags/flag-draft.ts";
import { FlagAndVariants } from "../../../ui/condition/references.tsx";
import { useItemFocus } from "../../../ui/item-focus.ts";
import { ProblemText } from "../../../ui/fields/problems.tsx";
import { layersOf } from "./prerequisite-layers.ts";
import { PrerequisiteGraph } from "./prerequisite-graph.tsx";
import type { SectionProps } from "../section-props.ts";

/** Flags that must serve certain variants first. */
export function PrerequisitesSection({ editing, catalogue, lists }: SectionProps): JSX.Element {
  const { prerequisites, key } = editing.draft.value;
  const others = catalogue.flags.filter((flag) => flag.key !== key);
  const own = prerequisites.map(({ item }) => item);
  const [list, focusItem] = useItemFocus<HTMLDivElement>("input");
  return (
    <section class="card stack" aria-labelledby="prerequisites" data-pointer="/prerequisites" tabIndex={-1}>
      <div>
        <h2 id="prerequisites">Prerequisites</h2>
        <p class="hint">If a prerequisite is not met, everyone gets the off variant.</p>
      </div>
      <div class="stack" ref={list}>
        {prerequisites.map(({ id, item }, i) => (
          <div key={id} class="leaf" role="group" aria-label={`Prerequisite ${item.flag || i + 1}`}>
            <FlagAndVariants
              value={item}
              onChange={(changed) => editing.change({ prerequisites: prerequisites.with(i, { id, item: changed }) })}
              pointer={`/prerequisites/${i}`}
              known={{ flags: others }}
              list={lists.flags}
            />
            <button
              type="button"
              class="small"
              onClick={() => {
                editing.change({ prerequisites: prerequisites.toSpliced(i, 1) });
                focusItem(Math.max(0, i - 1));
              }}
            >
              Remove {item.flag || "prerequisite"}
            </button>
          </div>
        ))}
      </div>
      <button
        type="button"
        class="small"
        disabled={prerequisites.length >= 20}
        onClick={() => {
          editing.change({ prerequisites: [...prerequisites, row({ flag: "", variants: [] })] });
          focusItem(prerequisites.length);
        }}
      >
        Add prerequisite
      </button>
      <ProblemText pointer="/prerequisites" />
      {own.some(({ flag }) => flag !== "") && (
        <PrerequisiteGraph
          {...layersOf(key, own, (flag) => catalogue.flags.find((other) => other.key === flag)?.prerequisites ?? [])}
        />
      )}
    </section>
  );
}
