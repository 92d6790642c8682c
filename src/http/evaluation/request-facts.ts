/** The facts of a request that `request.*` attributes come from. */

/** Cloudflare's facts that are attributes of the same name. */
export const CF_FACTS = ["country", "region", "city", "continent", "timezone", "colo", "asn"] as const;

/** The headers from which the other attributes are read. */
export const FACT_HEADERS = ["accept-language", "cf-connecting-ip", "user-agent"] as const;
