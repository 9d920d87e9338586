"""What is said of a query that cannot be read."""

import sys

from tui.cli.output import refuse
from tui.dicom.query import QueryError
from tui.text import safe_text


def refuse_query(name: str, error: QueryError) -> int:
    """Say on stderr what is wrong with a query, with a mark under the character; return the exit code."""
    code = refuse(f"{name}: {error.reason}")
    at = len(safe_text(error.text[: error.at]))
    print(f"  {safe_text(error.text)}\n  {' ' * at}^", file=sys.stderr)
    return code
