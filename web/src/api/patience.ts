/** Limits that are over in a moment are waited for: what was refused for them was not done, so it can be asked again. */
const longest = 10;
const most = 30;

/** Milliseconds to wait before asking again; null when that is not for us to do. */
export function waitOf(status: number, retryAfter: string | null): number | null {
  if (status !== 429 || retryAfter === null || !/^\d+$/.test(retryAfter)) return null;
  const seconds = Number(retryAfter);
  return seconds <= longest ? Math.max(1, seconds) * 1000 : null;
}

/** Asks until the answer is no such refusal, or until it was refused very often. */
export async function patiently<T>(ask: () => Promise<T>, wait: (answer: T) => number | null): Promise<T> {
  for (let tries = 1; ; tries++) {
    const answer = await ask();
    const pause = wait(answer);
    if (pause === null || tries >= most) return answer;
    // Not all at the same moment: those who were refused together would be refused together again.
    await new Promise((resolve) => setTimeout(resolve, pause * (1 + Math.random() / 2)));
  }
}
