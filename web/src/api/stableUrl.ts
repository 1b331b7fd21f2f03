/**
 * Signed addresses change with every answer of the server. Showing the newest each time would load the same picture
 * again and again, so the first one is kept until shortly before it expires.
 */
const kept = new Map<string, { url: string; until: number }>();
const margin = 60;

export function stableUrl(url: string, now: number = Date.now() / 1000): string {
  const [path = url, query = ""] = url.split("?");
  const old = kept.get(path);
  if (old && old.until - margin > now) return old.url;
  const until = Number(new URLSearchParams(query).get("expires") ?? Number.NaN);
  if (Number.isFinite(until)) kept.set(path, { url, until });
  return url;
}
