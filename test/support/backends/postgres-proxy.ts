import { createServer } from "node:http";
import { readBody, send } from "../../../dev/endpoints/http-body.ts";
import { listen } from "../../../dev/endpoints/listener.ts";

/** Runs during a request, which waits for it. `number` counts the requests from 1. */
type Hook = (number: number) => Promise<unknown>;

const nothing: Hook = () => Promise.resolve();

/** A proxy before Postgres' HTTP endpoint, for tests that do something in the middle of a read. */
export class PostgresProxy {
  /** Called before a request reaches Postgres. */
  before = nothing;
  /** Called after Postgres has responded, before the client receives the response. */
  after = nothing;
  /** The number of requests so far. */
  requests = 0;
  readonly url: string;
  readonly close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.close = close;
  }

  static async start(target: string): Promise<PostgresProxy> {
    const server = createServer(async (request, response) => {
      const body = await readBody(request);
      const number = ++proxy.requests;
      await proxy.before(number);
      const headers = Object.entries(request.headers).filter(([name]) => name.startsWith("neon-"));
      const result = await fetch(target, { method: "POST", headers: headers as [string, string][], body });
      const text = await result.text();
      await proxy.after(number);
      send(response, { status: result.status, body: text, headers: { "content-type": "application/json" } });
    });
    const { port, close } = await listen(server, 0);
    const proxy = new PostgresProxy(`http://127.0.0.1:${port}/sql`, close);
    return proxy;
  }

  /** Forgets the hooks and the count. */
  reset(): void {
    this.before = nothing;
    this.after = nothing;
    this.requests = 0;
  }
}
