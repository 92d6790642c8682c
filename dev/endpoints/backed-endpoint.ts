import type { Counters, RequestCounts } from "./counters.ts";
import type { Faults } from "./faults.ts";
import type { EndpointRequest, EndpointResponse } from "./http-body.ts";
import { type HttpEndpoint, type HttpEndpointOptions, startHttpEndpoint } from "./http-endpoint.ts";

export interface BackedEndpointOptions<Counts extends RequestCounts> extends Omit<
  HttpEndpointOptions<Counts>,
  "handle"
> {
  /** The database or Redis behind the endpoint. The endpoint closes it. */
  backend: { close(): Promise<void> };
  /** The path that clients use, for the endpoint's URL. */
  path?: string;
  /** @param isSideDoor whether the request came through a side door */
  handle(request: EndpointRequest, isSideDoor: boolean): Promise<EndpointResponse>;
}

/** An endpoint with a backend of its own. */
export interface BackedEndpoint<Counts extends RequestCounts> {
  url: string;
  port: number;
  stats(): ReturnType<Counters<Counts>["stats"]>;
  resetStats(): void;
  setFaults(faults: Faults): void;
  /** Opens another port to the same backend, which this endpoint's faults do not hit. Returns its URL. */
  openSideDoor(): Promise<string>;
  close(): Promise<void>;
}

/** Starts the endpoint, or closes the backend if the port cannot be used. */
export async function startBackedEndpoint<Counts extends RequestCounts>({
  backend,
  path = "",
  handle,
  ...options
}: BackedEndpointOptions<Counts>): Promise<BackedEndpoint<Counts>> {
  const { counters } = options;
  const start = (port: number | undefined, isSideDoor: boolean): Promise<HttpEndpoint> =>
    startHttpEndpoint({ ...options, port, handle: (request) => handle(request, isSideDoor) });
  const main = await start(options.port, false).catch(async (error: unknown) => {
    await backend.close();
    throw error;
  });
  const open = [main];
  const urlOf = ({ port }: HttpEndpoint): string => `http://127.0.0.1:${port}${path}`;
  return {
    url: urlOf(main),
    port: main.port,
    stats: () => counters.stats(),
    resetStats: () => counters.reset(),
    setFaults: main.setFaults,
    openSideDoor: async () => {
      const door = await start(undefined, true);
      open.push(door);
      return urlOf(door);
    },
    close: async () => {
      for (const endpoint of open) await endpoint.close();
      await backend.close();
    },
  };
}
