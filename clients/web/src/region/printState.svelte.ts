/** Whether the page is being printed: then nothing is folded. */
import { flushSync } from "svelte";

export const printState = $state({ printing: false });

// At once: the browser takes the page as it is when the listeners have run.
addEventListener("beforeprint", () => flushSync(() => (printState.printing = true)));
addEventListener("afterprint", () => (printState.printing = false));
