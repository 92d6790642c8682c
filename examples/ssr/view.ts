/** The values on the page. The server renders them first, and the browser renders their changes. */
export interface Shown {
  hero: string;
  isNewCheckout: boolean;
  freeShippingFrom: number;
}

export function view({ hero, isNewCheckout, freeShippingFrom }: Shown): string {
  return `<h1>${escape(hero)}</h1>
<p>${isNewCheckout ? "The new checkout" : "The old checkout"}</p>
<p>Free shipping from ${freeShippingFrom.toFixed(2)}</p>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
