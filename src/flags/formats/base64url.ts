/** Returns Latin-1 text in base64url, without padding. */
export function toBase64Url(latin1: string): string {
  return btoa(latin1).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Returns the Latin-1 text of base64url. Throws DOMException for any other text. */
export function fromBase64Url(text: string): string {
  return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
}
