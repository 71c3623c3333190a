"""The GraphQL schema: the types and operations that clients use."""
