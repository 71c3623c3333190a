"""Spreadsheets as people make them: rows, columns, words for a status, and what is wrong in them."""
