/** Whether the page is being printed: all lists are then expanded. */
import { flushSync } from "svelte";

export const printState = $state({ printing: false });

// Synchronously: the browser prints the page as it is when the listeners have run.
addEventListener("beforeprint", () => flushSync(() => (printState.printing = true)));
addEventListener("afterprint", () => (printState.printing = false));
