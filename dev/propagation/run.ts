/** Changes a flag of a deployment while evaluating it. */
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { ApiError, type Client, createClient, UnreachableError } from "../../sdk/client/client.ts";
import { UsageError } from "../../cli/exit.ts";
import { MAX_REQUESTS, type WatchOptions } from "./options.ts";
import type { Change, Sample } from "./report.ts";

/** The tag of the flag that this command creates. It keeps the command from changing any other flag. */
const TAG = "burgee-propagation-probe";

/** A request without a response within this many ms is given up. */
const RESPONSE_TIMEOUT_MS = 10_000;
const MAX_BODY_CHARS = 64 * 1024;

export interface Watched {
  /** The state before the first change, then the changes. */
  changes: Change[];
  samples: Sample[];
}

/**
 * Makes the changes one after the other and deletes the flag at the end, unless `isKept`.
 *
 * @param stop ends the changes early; the samples so far are returned
 * @throws ApiError, UnreachableError; UsageError if the flag was not created by this command
 */
export async function watchPropagation(options: WatchOptions, stop: AbortSignal): Promise<Watched> {
  const client = createClient({ url: options.url, token: () => options.adminToken });
  const path = { env: options.environment, key: options.flag };
  const initial = await prepareFlag(client, options);
  try {
    return await watch(client, options, initial, stop);
  } finally {
    if (!options.isKept) await client.call("deleteFlag", { path });
  }
}

async function watch(client: Client, options: WatchOptions, initial: Change, stop: AbortSignal): Promise<Watched> {
  const ended = new AbortController();
  const signal = AbortSignal.any([stop, ended.signal]);
  const samplers = Array.from({ length: options.samplers }, (_, i) => new Sampler(options, i * 1_000_000));
  const samples: Sample[] = [];
  const changes = [initial];
  const running = samplers.map((sampler) => sampler.run(signal, (sample) => samples.push(sample)));
  try {
    if (!(await allSee(samplers, initial.version, options.timeoutMs, signal)) && !stop.aborted) {
      if (samples.every(({ status }) => status !== 200)) throw whyUnreachable(options, samples);
      // The deployment responds, but with an older version, so the first write of this command did not arrive.
      initial.isMissing = true;
      return { changes, samples };
    }
    // Samples from before every sampler saw the flag say nothing about changes.
    samples.length = 0;
    while (changes.length <= options.changes && !signal.aborted && samples.length < MAX_REQUESTS) {
      const before = changes.at(-1) ?? initial;
      const change = await flip(client, options, before);
      changes.push(change);
      change.isMissing = !(await allSee(samplers, change.version, options.timeoutMs, signal)) && !stop.aborted;
      const restMs = change.writtenAt + options.intervalMs - performance.now();
      await delay(Math.max(0, restMs), undefined, { signal }).catch(() => undefined);
    }
  } finally {
    ended.abort();
    await Promise.all(running);
    for (const sampler of samplers) sampler.close();
  }
  return { changes, samples };
}

/** Returns the error for a flag that no sampler has seen. */
function whyUnreachable({ url, environment }: WatchOptions, samples: readonly Sample[]): UnreachableError {
  const status = samples.at(-1)?.status ?? 0;
  return new UnreachableError(
    status === 0
      ? `${url} does not respond`
      : `the flag cannot be evaluated with the key for "${environment}": the deployment responds with status ${status}`,
  );
}

/** Creates the flag if needed, and returns its state. */
async function prepareFlag(client: Client, { environment, flag }: WatchOptions): Promise<Change> {
  const path = { env: environment, key: flag };
  const stateOf = (version: number, value: boolean): Change => ({
    version,
    value,
    writtenAt: performance.now(),
    tookMs: 0,
    isMissing: false,
  });
  try {
    const { body } = await client.call("getFlag", { path });
    if (body.tags?.includes(TAG) !== true) {
      throw new UsageError(
        `"${flag}" is a flag of your own, because it does not have the tag ${TAG}. Choose another one with --flag.`,
      );
    }
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    const { body } = await client.call("createFlag", {
      path: { env: environment },
      body: {
        key: flag,
        type: "boolean",
        variants: { on: true, off: false },
        enabled: true,
        offVariant: "off",
        default: { variant: "off" },
        clientVisible: true,
        tags: [TAG],
        description: "Created by npm run watch:propagation to measure how long changes take. You can delete it.",
      },
    });
    return stateOf(body.version, false);
  }
  const { body } = await client.call("patchFlag", { path, body: { enabled: true, default: { variant: "off" } } });
  return stateOf(body.version, false);
}

async function flip(client: Client, { environment, flag }: WatchOptions, before: Change): Promise<Change> {
  const value = !before.value;
  const startedAt = performance.now();
  const { body } = await client.call("patchFlag", {
    path: { env: environment, key: flag },
    body: { default: { variant: value ? "on" : "off" } },
  });
  const writtenAt = performance.now();
  return { version: body.version, value, writtenAt, tookMs: writtenAt - startedAt, isMissing: false };
}

async function allSee(
  samplers: readonly Sampler[],
  version: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!samplers.every((sampler) => sampler.version >= version)) {
    if (signal.aborted || performance.now() > deadline) return false;
    await delay(5);
  }
  return true;
}

/** Sends one request after the other, over one connection at a time. */
class Sampler {
  /** The version in the last response. */
  version = 0;
  readonly #options: WatchOptions;
  readonly #agent: HttpAgent;
  readonly #connections = new WeakMap<Socket, number>();
  #nextConnection: number;

  constructor(options: WatchOptions, firstConnection: number) {
    this.#options = options;
    this.#nextConnection = firstConnection;
    const settings = { keepAlive: true, maxSockets: 1 };
    this.#agent = options.url.startsWith("https:") ? new HttpsAgent(settings) : new HttpAgent(settings);
  }

  async run(signal: AbortSignal, onSample: (sample: Sample) => void): Promise<void> {
    while (!signal.aborted) {
      const sample = await this.#sample();
      if (sample.status === 200) this.version = sample.version;
      onSample(sample);
      await delay(this.#options.pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #sample(): Promise<Sample> {
    const { url, flag, sdkKey } = this.#options;
    const body = `{"context":{"targetingKey":"${TAG}"}}`;
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const sentAt = performance.now();
    return new Promise((resolve) => {
      let connection = -1;
      const resolveWithoutResponse = () =>
        resolve({
          sentAt,
          receivedAt: performance.now(),
          status: 0,
          version: 0,
          value: undefined,
          isStale: false,
          dataCentre: undefined,
          connection,
        });
      const request = send(`${url}/ofrep/v1/evaluate/flags/${encodeURIComponent(flag)}`, {
        method: "POST",
        agent: this.#agent,
        headers: { "x-api-key": sdkKey, "content-type": "application/json", "content-length": body.length },
        signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
      });
      request.on("socket", (socket) => (connection = this.#numberOf(socket)));
      request.on("error", resolveWithoutResponse);
      request.on("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          text += part;
          if (text.length > MAX_BODY_CHARS) request.destroy();
        });
        response.on("error", resolveWithoutResponse);
        response.on("end", () => {
          const { headers, statusCode = 0 } = response;
          resolve({
            sentAt,
            receivedAt: performance.now(),
            status: statusCode,
            version: Number(headers["x-flags-version"] ?? 0),
            value: valueIn(text),
            isStale: String(headers["cache-status"]).includes("detail=stale"),
            dataCentre: dataCentreOf(headers["cf-ray"]),
            connection,
          });
        });
      });
      request.end(body);
    });
  }

  #numberOf(socket: Socket): number {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    this.#connections.set(socket, this.#nextConnection);
    return this.#nextConnection++;
  }
}

function valueIn(text: string): unknown {
  try {
    return (JSON.parse(text) as { value?: unknown } | null)?.value;
  } catch {
    return undefined;
  }
}

/** Returns the data centre from a `cf-ray`, for example AMS from `8f2c1d0a9b3e4f5a-AMS`. */
function dataCentreOf(ray: string | string[] | undefined): string | undefined {
  return typeof ray === "string" ? /-([A-Z]{3})$/.exec(ray)?.[1] : undefined;
}
