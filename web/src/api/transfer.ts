/** Sends a file with progress, which `fetch` cannot report. */
export interface Target {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
}

export type OnProgress = (share: number) => void;

export const stopped = () => new DOMException("stopped", "AbortError");

/** The request once it has been answered, whatever the answer is; null when there was none. */
export function transfer(
  file: File,
  { method, url, headers }: Target,
  onProgress: OnProgress,
  stop: AbortSignal,
): Promise<XMLHttpRequest | null> {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    if (stop.aborted) return reject(stopped());
    stop.addEventListener("abort", () => request.abort(), { once: true });
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => resolve(request);
    request.onerror = () => resolve(null);
    request.onabort = () => reject(stopped());
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.send(file);
  });
}
