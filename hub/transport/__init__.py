"""The GraphQL transports: HTTP, WebSocket and event streams."""
