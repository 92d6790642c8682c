import type { ComponentType, JSX } from "preact";
import { loadCode } from "./state/load-code.ts";
import { useResource } from "./state/resource.ts";
import { Loaded } from "./ui/states.tsx";

/** Makes a page whose code loads when it opens. The first load then stays small. */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>): (props: P) => JSX.Element {
  return function Lazy(props: P): JSX.Element {
    const code = useResource(() => loadCode(load), []);
    return <Loaded of={code}>{(Page) => <Page {...props} />}</Loaded>;
  };
}
