/** Whether the page is being printed: then nothing is folded. */
import { flushSync } from "svelte";

export const paper = $state({ printing: false });

// At once: the browser takes the page as it is when the listeners have run.
addEventListener("beforeprint", () => flushSync(() => (paper.printing = true)));
addEventListener("afterprint", () => (paper.printing = false));
