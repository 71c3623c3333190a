"""Assessments: instruments, levels, index scores, rankings, comparisons and estimates."""
