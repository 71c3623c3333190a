"""Proposals to consolidate applications, and what would follow from them."""
