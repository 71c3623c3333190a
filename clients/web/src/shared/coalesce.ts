/** Prevents simultaneous runs of the same work. */

/**
 * Returns a function that runs the work at most once at a time, with at least `restMs` between two runs.
 *
 * Each call resolves with the result of a run that starts after the call. Calls made before that run
 * starts share it.
 */
export function coalesceCalls<T>(work: () => Promise<T>, restMs: number): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let queued: Promise<T> | null = null;
  return () => {
    queued ??= running.then(() => {
      queued = null;
      const run = work();
      running = run
        .catch(() => undefined)
        .then(() => new Promise((resolve) => setTimeout(resolve, restMs)));
      return run;
    });
    return queued;
  };
}
