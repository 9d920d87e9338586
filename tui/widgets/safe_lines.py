"""The last net for what is drawn."""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.text import in_ascii, safe_text


class SafeLines(LineFilter):
    """The last net: removes what could act on the terminal from every line that Textual draws.

    Texts are made safe where they come in; what slips through ends here. Without Unicode, everything but ASCII becomes a
    question mark: in another encoding its bytes could be control codes.
    """

    def __init__(self, *, unicode: bool) -> None:
        super().__init__()
        self._unicode = unicode
        self.rows_are_safe = unicode  # what draws its own rows makes them safe itself, but for ASCII-only terminals

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's signature
        """Return the segments, made safe."""
        if all(text.isascii() and text.isprintable() for text, _, _ in segments):
            return segments
        return [
            segment if segment.text.isascii() and segment.text.isprintable() else self._safe(segment) for segment in segments
        ]

    def _safe(self, segment: Segment) -> Segment:
        text, style, control = segment
        if control:
            return segment
        text = safe_text(text, len(text))
        return Segment(text if self._unicode else in_ascii(text), style, control)
