"""Assessments: instruments, levels, the index, ranks, comparisons and estimates."""
