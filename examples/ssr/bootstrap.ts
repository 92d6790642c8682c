/** A bulk response that the server wrote into the page. */
export interface Bootstrap {
  etag: string;
  body: string;
}

/**
 * Returns a `fetchImplementation` for the OFREP web provider. Its first request gets the response in the page. Later
 * requests go over the network with the ETag of that response, so an unchanged response is a 304.
 */
export function bootstrappedFetch({ etag, body }: Bootstrap): typeof fetch {
  let isFirst = true;
  return (...request) => {
    if (!isFirst) return fetch(...request);
    isFirst = false;
    return Promise.resolve(new Response(body, { headers: { "content-type": "application/json", etag } }));
  };
}
