export interface Constraint {
  type: string;
  property: string;
  operator: string;
  value?: string;
}

export interface Segment {
  key: string;
  match_type: string;
  constraints?: Constraint[];
}

type SegmentReference = string | { keys: string[]; operator?: string; value?: boolean };

export interface Flag {
  key: string;
  name?: string;
  type: string;
  enabled: boolean;
  variants?: { key: string; default?: boolean; attachment?: unknown }[];
  rules?: { segment: SegmentReference; distributions?: { variant: string; rollout: number }[] }[];
  rollouts?: { segment?: { keys: string[]; operator?: string; value: boolean }; threshold?: object }[];
}

/** An export. */
export interface FliptDocument {
  flags: Flag[];
  segments: Segment[];
}
