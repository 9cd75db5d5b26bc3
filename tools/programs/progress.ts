export type OnProgress = (line: string) => void;

const EVERY_MS = 5_000;

/** A function to be called often; it reports `<text>… 45 s` at most every five seconds. */
export function stopwatch({
  text,
  onProgress,
}: {
  text: string;
  onProgress?: OnProgress | undefined;
}): () => void {
  const started = Date.now();
  let last = started - EVERY_MS;
  return () => {
    const now = Date.now();
    if (now - last < EVERY_MS) return;
    last = now;
    onProgress?.(`${text}… ${elapsed(now - started)}`);
  };
}

/** Reports `<text>… 45 s` every five seconds while the work lasts. */
export async function timed<T>({
  text,
  onProgress,
  work,
}: {
  text: string;
  onProgress?: OnProgress | undefined;
  work: () => Promise<T>;
}): Promise<T> {
  const tick = stopwatch({ text, onProgress });
  tick();
  const timer = setInterval(tick, EVERY_MS / 5);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

function elapsed(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 90 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
