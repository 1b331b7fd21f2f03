/** The names under which answers of the server are remembered. */
export const keys = {
  capabilities: ["capabilities"] as const,
  photos: ["photos"] as const,
  photo: (id: string) => ["photo", id] as const,
  running: ["jobs", "running"] as const,
  job: (id: string) => ["job", id] as const,
  health: ["health"] as const,
};
