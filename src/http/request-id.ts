/** Cloudflare's ray where there is one, so that an answer can be found in its logs. */
export function requestId(request: Request): string {
  return request.headers.get("cf-ray") ?? crypto.randomUUID();
}
