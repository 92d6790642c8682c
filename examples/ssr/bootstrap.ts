/** A bulk answer that the server got and wrote into the page. */
export interface Bootstrap {
  etag: string;
  body: string;
}

/**
 * For `fetchImplementation` of the OFREP web provider: its first request is answered by what is in the page already.
 * Every later one goes over the network, with that answer's ETag, so an unchanged answer is a 304.
 */
export function bootstrappedFetch({ etag, body }: Bootstrap): typeof fetch {
  let isFirst = true;
  return (...request) => {
    if (!isFirst) return fetch(...request);
    isFirst = false;
    return Promise.resolve(new Response(body, { headers: { "content-type": "application/json", etag } }));
  };
}
