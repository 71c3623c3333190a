"""The GraphQL contract: what a client sees."""
