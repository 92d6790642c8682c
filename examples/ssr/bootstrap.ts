/** A bulk response that the server wrote into the page, and the context that the server evaluated. */
export interface Bootstrap {
  context: object;
  etag: string;
  /** Empty if the server could not evaluate the flags: the page asks for them itself. */
  body: string;
}

/**
 * Returns a `fetchImplementation` for the OFREP web provider. Its first request gets the response in the page, if it is
 * for the same context. All others go over the network: the response in the page is never used twice, because it may be
 * out of date by then. After the response in the page, the provider sends its ETag, so an unchanged response is a 304.
 */
export function bootstrappedFetch({ context, etag, body }: Bootstrap, network: typeof fetch = fetch): typeof fetch {
  let isFirst = true;
  return async (input, init) => {
    if (!isFirst || body === "") return network(input, init);
    isFirst = false;
    const request = new Request(input, init);
    const asked = await request.clone().text();
    if (canonical(contextIn(asked)) !== canonical(context)) return network(request);
    return new Response(body, { headers: { "content-type": "application/json", etag } });
  };
}

function contextIn(requestBody: string): unknown {
  try {
    return (JSON.parse(requestBody) as { context?: unknown }).context;
  } catch {
    return undefined;
  }
}

/** Returns the same text for equal contexts, whatever the order of their attributes. Text and numbers stay apart. */
function canonical(context: unknown): string | undefined {
  return JSON.stringify(context, (_name, value: unknown) =>
    typeof value !== "object" || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
