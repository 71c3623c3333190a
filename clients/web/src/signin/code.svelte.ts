/** The one-time code in the address of the page, which is taken out of the address at once. */

const PURPOSES = { undangan: "invitation", tautan: "link" } as const;

export type OneTimeCode = { purpose: (typeof PURPOSES)[keyof typeof PURPOSES]; code: string };

class CodeInAddress {
  current = $state.raw<OneTimeCode | null>(null);

  constructor() {
    this.#take();
    addEventListener("hashchange", () => this.#take());
  }

  /** Reads the fragment, and removes it from the address and from the history. */
  #take(): void {
    const fragment = new URLSearchParams(location.hash.slice(1));
    for (const [name, purpose] of Object.entries(PURPOSES)) {
      const code = fragment.get(name)?.trim();
      if (!code) continue;
      this.current = { purpose, code };
      history.replaceState(null, "", location.pathname + location.search);
    }
  }
}

export const codeInAddress = new CodeInAddress();
