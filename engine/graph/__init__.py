"""The integration graph of a region: construction, diagnostics, impact, extracts and layout."""
