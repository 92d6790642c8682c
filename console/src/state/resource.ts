/** Data from the API as signals: the data, the error, and whether it is loading. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { ApiError } from "../../../sdk/client/client.ts";
import { isOnline } from "./online.ts";

export interface Resource<T> {
  readonly data: ReadonlySignal<T | undefined>;
  readonly error: ReadonlySignal<Error | undefined>;
  readonly isLoading: ReadonlySignal<boolean>;
  /** Loads again. The old data stays until the new data has arrived. */
  reload(): Promise<void>;
  /** Replaces the data, for example with an optimistic change. */
  set(data: T): void;
}

export function createResource<T>(load: () => Promise<T>): Resource<T> {
  const data = signal<T | undefined>(undefined);
  const error = signal<Error | undefined>(undefined);
  const isLoading = signal(false);
  let latest = 0;
  return {
    data,
    error,
    isLoading,
    async reload() {
      const turn = ++latest;
      isLoading.value = true;
      try {
        const loaded = await load();
        // A later load or change has replaced this one.
        if (turn !== latest) return;
        data.value = loaded;
        error.value = undefined;
      } catch (thrown) {
        if (turn === latest) error.value = thrown instanceof Error ? thrown : new Error(String(thrown));
      } finally {
        if (turn === latest) isLoading.value = false;
      }
    },
    set(next) {
      latest++;
      isLoading.value = false;
      data.value = next;
    },
  };
}

/** Loads a resource again that failed, as soon as the browser is back online. Returns the function that ends this. */
export function reloadOnline<T>({ error, reload }: Resource<T>): () => void {
  return effect(() => {
    if (isOnline.value && error.peek() !== undefined) void reload();
  });
}

/** Creates a resource for a component. It loads at first and whenever `dependencies` change. */
export function useResource<T>(load: () => Promise<T>, dependencies: readonly unknown[]): Resource<T> {
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the caller lists the dependencies
  const resource = useMemo(() => createResource(load), dependencies);
  useEffect(() => {
    void resource.reload();
    return reloadOnline(resource);
  }, [resource]);
  return resource;
}

/** Reads what only a token for all environments may see, or returns `null` for another token. */
export async function readIfAllowed<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return null;
    throw error;
  }
}
