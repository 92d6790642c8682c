/** When a flag was last evaluated in one environment, as ISO 8601. Counts that were not swept yet are left out. */
export interface LastEvaluated {
  /** By itself, through a service binding, or in a server's process. */
  usedAt: string | null;
  /** As one of all flags, which does not tell whether anybody looked at its value. */
  requestedAt: string | null;
}
