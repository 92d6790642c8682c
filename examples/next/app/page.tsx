/** A server component that evaluates two flags in each request. */
import { freeShippingFrom, isNewCheckout } from "../flags";

export default async function Page() {
  const [isNew, from] = await Promise.all([isNewCheckout(), freeShippingFrom()]);
  return (
    <main>
      <h1>{isNew ? "The new checkout" : "The old checkout"}</h1>
      <p>Free shipping from {from}</p>
    </main>
  );
}
