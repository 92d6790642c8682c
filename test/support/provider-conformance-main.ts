/** Checks the conformance cases in the runtime that runs this file, and prints the differences as JSON. */
import { conformanceDifferences } from "./provider-conformance.ts";

console.log(JSON.stringify(await conformanceDifferences()));
