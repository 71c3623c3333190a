"""Resolvers: read and change the data behind GraphQL fields, without GraphQL types."""
