/** Returns Cloudflare's ray id, by which its logs can be searched, or a random id if there is none. */
export function requestId(request: Request): string {
  return request.headers.get("cf-ray") ?? crypto.randomUUID();
}
