/** The idempotency keys of mutations. The server stores an attempt once, however often it is sent. */

/** Returns a random key. Browsers offer `randomUUID` only to pages over HTTPS. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join("-");
}

/** Gives the same key to each repetition of an attempt, and another one to an attempt with other content. */
export class AttemptKey {
  #attempt: { content: string; key: string } | null = null;

  keyOf(content: unknown): string {
    const text = JSON.stringify(content);
    if (this.#attempt?.content !== text) this.#attempt = { content: text, key: randomKey() };
    return this.#attempt.key;
  }
}
