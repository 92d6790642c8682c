/** Loads code on demand. @throws Error that asks for a reload, because a deployment removes the previous files */
export async function loadCode<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new Error("This page could not be loaded. Reload it in your browser.", { cause: error });
  }
}
