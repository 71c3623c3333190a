"""The work behind each field: how a value is got or changed. Knows no GraphQL type."""
