/** Calls `act` one time, as soon as the element is in the window or near it. Returns a function that stops waiting. */
export function whenSeen(element: Element | null, act: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: "200px" },
  );
  if (element !== null) observer.observe(element);
  return () => observer.disconnect();
}
