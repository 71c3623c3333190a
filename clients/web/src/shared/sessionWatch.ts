/** Learns at once that the session has ended, on pages that follow no subscription. */
import { createClient, type Client } from "graphql-ws";
import { socketAddress } from "./rootPath";
import { session } from "./session.svelte";

/** The close codes of the server for credentials that have ended, and for a right that has changed. */
const ACCESS_CODES = [4401, 4403];
const REOPEN_AFTER_MS = 5_000;

/** Keeps a connection open as long as a person is signed in. The server closes it when the session ends. */
export function watchSession(): void {
  let client: Client | null = null;

  function reopen(): void {
    void client?.dispose();
    client = null;
    if (session.status !== "open") return;
    const opened = createClient({
      url: socketAddress(),
      lazy: false,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      onNonLazyError: () => undefined, // a code after which the client does not connect again
      on: {
        closed: (event) => {
          const { code } = event as Partial<CloseEvent>;
          if (client === opened && code !== undefined && ACCESS_CODES.includes(code)) void askAgain(opened);
        },
      },
    });
    client = opened;
  }

  /** Asks who is signed in. A change of the session reopens the connection by itself. */
  async function askAgain(closed: Client): Promise<void> {
    await session.verify();
    if (client === closed) setTimeout(() => client === closed && reopen(), REOPEN_AFTER_MS);
  }

  session.onChange(reopen);
  void session.ready.then(reopen);
}
