"""What a user measures on a picture, as frozen values. Imports no NumPy: the key handling uses it."""

from dataclasses import dataclass, replace
from typing import Final

Point = tuple[int, int]  # a pixel: column and row, counted from 0


@dataclass(frozen=True, slots=True)
class Tool:
    """A kind of measure: how many points it takes, and what it tells."""

    name: str
    points: int
    help: str


DISTANCE: Final = Tool("distance", 2, "How far two points are apart")
ANGLE: Final = Tool("angle", 3, "The angle at the second of three points")
RECTANGLE: Final = Tool("rectangle", 2, "Size, area, mean, standard deviation, minimum and maximum, from corner to corner")
ELLIPSE: Final = Tool("ellipse", 2, "The same in the ellipse between two corners")
PROFILE: Final = Tool("profile", 2, "The values along a line, as a curve")
TOOLS: Final = (DISTANCE, ANGLE, RECTANGLE, ELLIPSE, PROFILE)
TOOL_BY_NAME: Final = {tool.name: tool for tool in TOOLS}


@dataclass(frozen=True, slots=True)
class Mark:
    """One measure on a picture: its points are pixels, whose centers are meant."""

    tool: Tool
    points: tuple[Point, ...] = ()

    @property
    def finished(self) -> bool:
        """Return whether it has all its points."""
        return len(self.points) >= self.tool.points

    def with_point(self, point: Point) -> "Mark":
        """Return it with one more point."""
        return replace(self, points=(*self.points, point))
