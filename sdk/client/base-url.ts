/**
 * Returns the URL under which a deployment's routes lie.
 * @throws TypeError it cannot be one. The message does not repeat it: it may be a connection string with a password
 */
export function baseUrl(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol !== "https:" && base?.protocol !== "http:")
    throw new TypeError("url must be the address of a deployment, such as https://flags.example.com");
  // `fetch` refuses it with an error that quotes the password.
  if (base.username !== "" || base.password !== "") throw new TypeError("url must not contain a user name or password");
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}
