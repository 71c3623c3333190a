/** The state of a query: its last response, its error, and the function that repeats it. */
import { onMount } from "svelte";
import { coalesceCalls } from "../shared/coalesce";
import type { EventKind } from "./documents";
import type { Region } from "./region.svelte";

export class QueryState<T> {
  /** The last response. It stays until the next request has succeeded. */
  value = $state.raw<T | null>(null);
  problem = $state.raw<Error | null>(null);
  busy = $state(false);
  readonly #run: () => Promise<void>;

  constructor(query: () => Promise<T>) {
    this.#run = coalesceCalls(() => this.#read(query), 0);
  }

  /** Repeats the query, at most once at a time. */
  readonly refresh = (): void => {
    this.busy = true;
    void this.#run();
  };

  async #read(query: () => Promise<T>): Promise<void> {
    this.busy = true;
    try {
      this.value = await query();
      this.problem = null;
    } catch (reason) {
      this.problem = reason instanceof Error ? reason : new Error(String(reason));
    }
    this.busy = false;
  }
}

/**
 * Creates the state of a query that follows the events of the region as long as the component exists.
 *
 * The query is sent when the component is mounted, after each event of one of these kinds, and after each
 * event of a kind that this page does not know.
 */
export function followQuery<T>(
  region: Region,
  kinds: readonly EventKind[],
  query: () => Promise<T>,
): QueryState<T> {
  const queryState = new QueryState(query);
  onMount(() => region.addQuery(queryState, kinds));
  return queryState;
}
