"""Proposals to consolidate applications, decisions on them, and their effects."""
