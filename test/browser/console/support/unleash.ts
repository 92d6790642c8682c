/** An export of Unleash with a flag, a flag that cannot be imported, and a segment. */
export const UNLEASH = {
  version: 2,
  features: [
    {
      name: "new-search",
      type: "release",
      enabled: true,
      strategies: [
        {
          name: "flexibleRollout",
          constraints: [],
          segments: [1],
          parameters: { rollout: "100", stickiness: "userId", groupId: "new-search" },
        },
      ],
    },
    { name: "own-code", type: "release", enabled: true, strategies: [{ name: "custom", parameters: {} }] },
  ],
  segments: [
    {
      id: 1,
      name: "dutch",
      constraints: [{ contextName: "country", operator: "IN", values: ["NL"], inverted: false }],
    },
  ],
};
