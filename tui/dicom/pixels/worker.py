"""The decoder's child process: codecs run here, with a limit on memory, where a crash or a hang does no harm.

The message that asks holds the options of pydicom's decoder and the frame's code stream; the answer holds dtype and shape
and the decoded values, or the sentence of the error.
"""

import resource
import sys
from typing import Any, Final

from tui.dicom.errors import PixelError, translated
from tui.dicom.processes import Header, read_message, write_message

MEMORY_LIMIT: Final = 6 << 30  # of addresses: several times the largest frame that is decoded
PLUGIN: Final = "pylibjpeg"


def decode(header: Header, data: bytes) -> tuple[Header, bytes]:
    """Decode one frame.

    Raises
    ------
    PixelError
        The codec failed; the message is its own.
    """
    from pydicom.encaps import encapsulate
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    options: dict[str, Any] = header["options"]
    with translated(PixelError, ""):
        decoder = get_decoder(UID(header["transfer_syntax"]))
        one = encapsulate([data], has_bot=False)
        values, description = decoder.as_array(one, index=0, raw=True, decoding_plugin=PLUGIN, **options)
        answer = {
            "dtype": values.dtype.str,
            "shape": values.shape,
            "photometric": str(description["photometric_interpretation"]),
        }
        return answer, values.tobytes()


def main() -> None:
    """Answer questions until there are no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # no patient data in a core dump
    while (message := read_message(sys.stdin.buffer)) is not None:
        try:
            header, data = decode(*message)
        except PixelError as error:
            header, data = {"error": str(error)}, b""
        write_message(sys.stdout.buffer, header, data)


if __name__ == "__main__":
    main()
