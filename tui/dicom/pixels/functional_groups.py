"""Functional groups of enhanced objects (PS3.3 C.7.6.16): a frame's own macro beats the shared one."""

from dataclasses import dataclass

from tui.dicom.attributes import Attributes

SHARED = 0x52009229
PER_FRAME = 0x52009230
PIXEL_MEASURES = 0x00289110
FRAME_VOI_LUT = 0x00289132
PIXEL_VALUE_TRANSFORMATION = 0x00289145
PLANE_POSITION = 0x00209113
PLANE_ORIENTATION = 0x00209116


@dataclass(frozen=True)
class FrameGroups:
    """The attributes of one frame.

    Parameters
    ----------
    top : Attributes
        The dataset.
    own, shared : Attributes or None
        The frame's item of the Per-frame, and the item of the Shared Functional Groups Sequence.
    frame : int
        Which, from 0.
    """

    top: Attributes
    own: Attributes | None
    shared: Attributes | None
    frame: int = 0

    @classmethod
    def of(cls, top: Attributes, frame: int) -> "FrameGroups":
        """Return the groups of frame `frame` (from 0); of a classic object, the dataset alone."""
        return cls(top, top.item(PER_FRAME, frame), top.item(SHARED), frame)

    def macro(self, sequence: int) -> Attributes:
        """Return the item of the macro `sequence` for this frame, or the dataset where there is none."""
        for group in (self.own, self.shared):
            item = group.item(sequence) if group is not None else None
            if item is not None:
                return item
        return self.top
