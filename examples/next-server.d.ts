/** The part of Next's types that examples/next uses, because Next is too large to install for a type check. */
declare module "next/server" {
  interface Cookies {
    has(name: string): boolean;
    set(name: string, value: string, options?: { httpOnly?: boolean; sameSite?: "lax"; maxAge?: number }): unknown;
  }
  export class NextRequest extends Request {
    readonly cookies: Cookies;
  }
  export class NextResponse extends Response {
    static next(options?: { request: NextRequest }): NextResponse;
    readonly cookies: Cookies;
  }
}
