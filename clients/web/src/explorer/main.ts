/** The GraphQL explorer (GraphiQL). It is part of the build, so it needs no other server. */
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import { rootedPath, socketAddress } from "../shared/rootPath";
import "./explorer.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { mount } from "svelte";
import { SESSION_ENDED } from "../shared/request";
import { session } from "../shared/session.svelte";
import { sessionMessages } from "../shared/sessionMessages";
import { watchSession } from "../shared/sessionWatch";
import ExplorerBar from "./ExplorerBar.svelte";

const FIRST_QUERY = `# The book icon on the left opens the description
# of every type, field and argument.
# Operations are those of the person who is signed in;
# a program's token can be entered below, under
# Headers: { "Authorization": "Bearer …" }
# Subscriptions are sent over a WebSocket.

query Top {
  ranking(
    instrumentId: "spbe-2020"
    year: 2024
    kind: OFFICIAL
    filter: { provinceCode: "32" }
  ) {
    nodes {
      position
      region { code name }
      score { index { display } predicate }
    }
  }
}
`;

/**
 * Sends an operation with the session of the page, and asks who is signed in if it has ended.
 *
 * It rejects while another person is signed in than the one whose results the page shows.
 */
async function fetchInSession(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  await session.ready;
  if (session.isHalted) throw new Error(sessionMessages().halted);
  const response = await fetch(input, { ...init, credentials: session.requestCredentials });
  if (response.status === 401 && (await response.clone().text()).includes(SESSION_ENDED)) await session.verify();
  return response;
}

// With an address instead of our own client, GraphiQL sends the headers in connection_init as well.
const fetcher = createGraphiQLFetcher({
  url: rootedPath("/graphql"),
  fetch: fetchInSession,
  subscriptionUrl: socketAddress(),
  // GraphiQL reads the members for each subscription.
  wsConnectionParams: {
    get session() {
      return session.isHalted ? "none" : session.connectionParams["session"];
    },
  },
});

session.start({ goesOnPublicly: true });
watchSession(); // GraphiQL does not report how a subscription was closed
mount(ExplorerBar, { target: document.getElementById("bar")! });
createRoot(document.getElementById("explorer")!).render(
  createElement(GraphiQL, { fetcher, defaultQuery: FIRST_QUERY, isHeadersEditorEnabled: true }),
);
