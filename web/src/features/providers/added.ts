/** Whether photos that are added stay on this machine: remembered by the browser. */
const key = "rekindle.keep-added";
let kept: boolean | null = null;

export function keepsAdded(): boolean {
  if (kept !== null) return kept;
  try {
    kept = localStorage.getItem(key) === "yes";
  } catch {
    kept = false;
  }
  return kept;
}

export function keepAdded(on: boolean): void {
  kept = on;
  try {
    if (on) localStorage.setItem(key, "yes");
    else localStorage.removeItem(key);
  } catch {
    // Storage may be switched off; then it holds until the page is loaded again.
  }
}
