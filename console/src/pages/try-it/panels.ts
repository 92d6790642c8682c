/** The code of Try it that loads on demand. */
export { AllFlags } from "./all-flags.tsx";
export { Evaluate } from "./evaluate.tsx";
