/** Gives each visitor an id, before the page is rendered and for the next visits. */
import { type NextRequest, NextResponse } from "next/server";

export function proxy(request: NextRequest): NextResponse {
  if (request.cookies.has("visitor")) return NextResponse.next();
  const visitor = crypto.randomUUID();
  request.cookies.set("visitor", visitor);
  const response = NextResponse.next({ request });
  response.cookies.set("visitor", visitor, { httpOnly: true, sameSite: "lax", maxAge: 31_536_000 });
  return response;
}
