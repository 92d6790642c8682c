import type { ComponentType, JSX } from "preact";
import { loadCode } from "../state/load-code.ts";
import { useResource } from "../state/resource.ts";
import { Loaded } from "./states.tsx";

/** Returns a component whose code loads when it is first shown. */
export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  return (props: Props): JSX.Element => {
    const code = useResource(() => loadCode(load), []);
    return <Loaded of={code}>{(Shown) => <Shown {...props} />}</Loaded>;
  };
}
