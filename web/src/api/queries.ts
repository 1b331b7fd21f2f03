/** The names under which answers of the server are remembered. */
export const keys = {
  capabilities: ["capabilities"] as const,
  photos: ["photos"] as const,
  photo: (id: string) => ["photo", id] as const,
  running: ["jobs", "running"] as const,
  today: ["jobs", "today"] as const,
  job: (id: string) => ["job", id] as const,
  health: ["health"] as const,
  me: ["me"] as const,
  apiKeys: ["api-keys"] as const,
  credits: ["credits"] as const,
  entries: ["credits", "entries"] as const,
  prices: ["prices"] as const,
  plans: ["plans"] as const,
  billing: ["billing"] as const,
  cancellation: ["billing", "cancellation"] as const,
};
