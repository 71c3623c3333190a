/** The state that shows whether the page is being printed. In print, all lists are expanded. */
import { flushSync } from "svelte";

export const printState = $state({ printing: false });

// The update is synchronous, because the browser prints the page as soon as the listeners have run.
addEventListener("beforeprint", () => flushSync(() => (printState.printing = true)));
addEventListener("afterprint", () => (printState.printing = false));
