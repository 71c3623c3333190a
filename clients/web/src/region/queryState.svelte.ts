/** One answer of the server that a part of the page shows, with its own trouble and its own retry. */
import { onMount } from "svelte";
import { oneAtATime } from "../shared/request";
import type { EventKind } from "./documents";
import type { Region } from "./region.svelte";

export class Reading<T> {
  /** The last answer; it stays while a newer one is read, and when that fails. */
  value = $state.raw<T | null>(null);
  problem = $state.raw<Error | null>(null);
  busy = $state(false);
  readonly #run: () => Promise<void>;

  constructor(ask: () => Promise<T>) {
    this.#run = oneAtATime(() => this.#read(ask), 0);
  }

  /** Reads anew, never twice at once; an error is shown where the answer would be. */
  readonly refresh = (): void => {
    this.busy = true;
    void this.#run();
  };

  async #read(ask: () => Promise<T>): Promise<void> {
    this.busy = true;
    try {
      this.value = await ask();
      this.problem = null;
    } catch (reason) {
      this.problem = reason instanceof Error ? reason : new Error(String(reason));
    }
    this.busy = false;
  }
}

/**
 * A reading that lives as long as the component that asks for it: begun when that appears, and read
 * again after an event of one of these kinds, or of a kind that this page does not know.
 */
export function following<T>(
  region: Region,
  kinds: readonly EventKind[],
  ask: () => Promise<T>,
): Reading<T> {
  const reading = new Reading(ask);
  onMount(() => region.attend(reading, kinds));
  return reading;
}
