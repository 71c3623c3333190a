/** The GraphQL explorer (GraphiQL). It is part of the build, so it needs no other server. */
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import "graphiql/style.css";
import "./explorer.css";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const FIRST_QUERY = `# The book icon on the left opens the description
# of every type, field and argument.
# To act as an official, enter a token below,
# under Headers: { "Authorization": "Bearer …" }
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

// With an address instead of our own client, GraphiQL sends the headers in connection_init as well.
const fetcher = createGraphiQLFetcher({
  url: "/graphql",
  subscriptionUrl: `${location.origin.replace(/^http/, "ws")}/graphql`,
});

createRoot(document.getElementById("explorer")!).render(
  createElement(GraphiQL, { fetcher, defaultQuery: FIRST_QUERY, isHeadersEditorEnabled: true }),
);
