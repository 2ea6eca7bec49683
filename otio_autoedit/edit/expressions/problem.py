"""What is wrong with an expression, and where."""

from __future__ import annotations

from otio_autoedit.errors import RecipeError


class ExpressionError(RecipeError):
    """An expression that cannot be read; ``column`` (from 1) is where.

    >>> str(ExpressionError(12, "no signal 'loudnes' (did you mean 'loudness'?)"))
    "column 12: no signal 'loudnes' (did you mean 'loudness'?)"
    """

    def __init__(self, column: int, problem: str) -> None:
        super().__init__(f"column {column}: {problem}")
        self.column = column
        self.problem = problem
