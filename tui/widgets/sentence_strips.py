"""A sentence in the middle of a pane, in place of what it cannot show."""

from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip

from tui.browser_state import Sentence
from tui.text import cell_width, fit_cells
from tui.widgets.colors import Colors


def sentence_strips(sentence: Sentence, size: Size, colors: Colors) -> list[Strip]:
    """Return the lines of a pane that shows nothing but `sentence`; of one with line breaks as a block."""
    width, height = size
    blank = Strip.blank(width, colors.plain)
    if not sentence.text or width < 8 or not height:
        return [blank] * height
    style = colors.hit if sentence.error else colors.dim
    lines = [line for part in sentence.text.split("\n") for line in _wrapped(part, width - 4) or [""]][:height]
    widest = max(map(cell_width, lines))
    above = (height - len(lines)) // 3
    strips = [blank] * above
    for line in lines:
        left = max(0, (width - (widest if "\n" in sentence.text else cell_width(line))) // 2)
        fill = Segment(" " * left, colors.plain)
        rest = Segment(" " * max(0, width - left - cell_width(line)), colors.plain)
        strips.append(Strip([fill, Segment(line, style), rest], width))
    return strips + [blank] * (height - len(strips))


def _wrapped(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells."""
    lines, line = [], ""
    for word in text.split():
        word = fit_cells(word, width)
        if line and cell_width(line) + 1 + cell_width(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line] if line else lines
