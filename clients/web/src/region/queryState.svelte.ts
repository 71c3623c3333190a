/** The state of a query of a part of the page: its last response, its error and its retry. */
import { onMount } from "svelte";
import { oneAtATime } from "../shared/request";
import type { EventKind } from "./documents";
import type { Region } from "./region.svelte";

export class QueryState<T> {
  /** The last response; it stays while a newer one is read, and if that fails. */
  value = $state.raw<T | null>(null);
  problem = $state.raw<Error | null>(null);
  busy = $state(false);
  readonly #run: () => Promise<void>;

  constructor(ask: () => Promise<T>) {
    this.#run = oneAtATime(() => this.#read(ask), 0);
  }

  /** Reads again, never twice at once; an error is shown in place of the response. */
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
 * A query that lives as long as its component: it is sent when the component appears, and sent
 * again after an event of one of these kinds, or of a kind that this page does not know.
 */
export function following<T>(
  region: Region,
  kinds: readonly EventKind[],
  ask: () => Promise<T>,
): QueryState<T> {
  const queryState = new QueryState(ask);
  onMount(() => region.attend(queryState, kinds));
  return queryState;
}
