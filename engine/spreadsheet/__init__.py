"""Parsing of inventory spreadsheets: rows, columns, status words and problems."""
