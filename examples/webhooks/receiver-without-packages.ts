// The same verification with nothing but the Web Crypto API of Node, Workers, Deno and Bun.
const MAX_AGE_SECONDS = 300;

export async function isFromBurgee(headers: Headers, body: string, secret: string): Promise<boolean> {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const age = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (id === null || timestamp === null || !(age <= MAX_AGE_SECONDS)) return false;
  const bytes = bytesOf(secret.replace("whsec_", ""));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  // While a secret is being replaced, there are two signatures.
  for (const signature of (headers.get("webhook-signature") ?? "").split(" ")) {
    const [version, value = ""] = signature.split(",");
    // `verify` takes the same time for every wrong signature.
    if (version === "v1" && (await crypto.subtle.verify("HMAC", key, bytesOf(value), signed))) return true;
  }
  return false;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9+/]+=*$/.test(base64)) return new Uint8Array();
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
