import type { JSX } from "preact";
import type { Known } from "./condition.ts";
import type { ListIds } from "./editor-props.ts";

/** The suggested names, once for all fields that refer to them. */
export function NameLists({
  ids,
  flags,
  attributes,
}: Pick<Known, "flags" | "attributes"> & { ids: ListIds }): JSX.Element {
  return (
    <>
      <datalist id={ids.attributes}>
        {attributes.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <datalist id={ids.flags}>
        {flags.map(({ key }) => (
          <option key={key} value={key} />
        ))}
      </datalist>
    </>
  );
}
