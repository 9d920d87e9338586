"""The decoder's child process: codecs run here, with a limit on memory, where a crash or a hang does no harm.

The message that asks holds the transfer syntax, the options of pydicom's decoder and the frame's code stream; the answer
holds dtype and shape and the decoded values, or the sentence of the error.
"""

import resource
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from tui.dicom.errors import PixelError, translated
from tui.dicom.pixels.codecs import FAST_CODECS, JPEG_XL, LIBJPEG_ONLY, RLE, has_fast_codecs, is_video
from tui.dicom.processes import Header, read_message, write_answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

MEMORY_LIMIT: Final = 6 << 30  # of addresses: several times the largest frame that is decoded
_PYLIBJPEG: Final = "pylibjpeg"
_IMAGECODECS: Final = "imagecodecs"


def _by_pydicom(header: Header, data: bytes) -> "tuple[Array, str]":
    """Decode with a plug-in that is named: pydicom would otherwise choose among what happens to be installed."""
    from pydicom.encaps import encapsulate
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    syntax = header["transfer_syntax"]
    decoder = get_decoder(UID(syntax))
    plugin = _PYLIBJPEG
    if syntax in FAST_CODECS and has_fast_codecs():
        plugin = _IMAGECODECS
        if plugin not in decoder.available_plugins:
            decoder.add_plugin(plugin, ("tui.dicom.pixels.imagecodecs_plugin", "decode_frame"))
    one = encapsulate([data], has_bot=False)
    values, description = decoder.as_array(one, index=0, raw=True, decoding_plugin=plugin, **header["options"])
    return values, str(description["photometric_interpretation"])


def _by_libjpeg(header: Header, data: bytes) -> "tuple[Array, str]":
    """Decode the JPEG processes that pydicom has no entry for; no colours are transformed."""
    from libjpeg.utils import decode as libjpeg_decode

    return libjpeg_decode(data, 0), header["options"]["photometric_interpretation"]


def _jpeg_xl(header: Header, data: bytes) -> "tuple[Array, str]":
    """Decode JPEG XL: what comes out is grey or RGB, whatever the stream held (PS3.5 A.4.12)."""
    import imagecodecs

    values = imagecodecs.jpegxl_decode(data)
    return values, "RGB" if values.ndim == 3 else header["options"]["photometric_interpretation"]


def _bits_by_rle(header: Header, data: bytes) -> "tuple[Array, str]":
    """Decode RLE of packed bits (PS3.5 8.2.2), which has one segment of bytes that hold eight pixels each."""
    import numpy as np
    from rle.rle import decode_segment

    options = header["options"]
    shape = options["rows"], options["columns"]
    first = int.from_bytes(data[4:8], "little")
    packed = np.frombuffer(decode_segment(data[first:]), np.uint8)
    bits = np.unpackbits(packed, bitorder="little")[: shape[0] * shape[1]]
    return bits.reshape(shape), options["photometric_interpretation"]


def _first_of_video(header: Header, data: bytes) -> "tuple[Array, str]":
    """Decode the first frame of a video stream (PS3.5 8.2.5 to 8.2.9) as RGB; its size is looked at before it is decoded."""
    import io

    import av

    options = header["options"]
    with av.open(io.BytesIO(data), mode="r") as container:
        stream = container.streams.video[0]
        if (stream.height, stream.width) != (options["rows"], options["columns"]):
            raise PixelError(f"the video is {stream.width} x {stream.height} pixels large")
        for frame in container.decode(stream):
            return frame.to_ndarray(format="rgb24"), "RGB"
    raise PixelError("there is no frame in the video")


def _decoder(header: Header) -> "Callable[[Header, bytes], tuple[Array, str]]":
    syntax = header["transfer_syntax"]
    if syntax in LIBJPEG_ONLY:
        return _by_libjpeg
    if syntax in JPEG_XL:
        return _jpeg_xl
    if is_video(syntax):
        return _first_of_video
    if syntax == RLE and header["options"]["bits_allocated"] == 1:
        return _bits_by_rle
    return _by_pydicom


def _reduced(header: Header, data: bytes) -> "tuple[Array, str]":
    """Decode a JPEG 2000 stream at a fraction of its resolution: each level of the wavelet that is left out halves it."""
    import io

    import numpy as np
    from PIL import Image, Jpeg2KImagePlugin

    with Image.open(io.BytesIO(data)) as image:
        if not isinstance(image, Jpeg2KImagePlugin.Jpeg2KImageFile):
            raise PixelError("it is no JPEG 2000 code stream")
        image.reduce = header["reduce"]
        values = np.asarray(image)
    options = header["options"]
    if values.ndim == 2 and values.dtype != np.uint8:  # Pillow scales to 16 bits, and lifts signed values to be positive
        precision = header["precision"]
        values = values.astype(np.int32) >> (16 - precision)
        if header["signed"]:
            values -= 1 << (precision - 1)
    photometric = options["photometric_interpretation"]
    return values, "RGB" if photometric in ("YBR_ICT", "YBR_RCT") else photometric


def decode(header: Header, data: bytes) -> tuple[Header, bytes]:
    """Decode one frame.

    Raises
    ------
    PixelError
        The codec failed; the message is its own.
    """
    with translated(PixelError, ""):
        values, photometric = (_reduced if "reduce" in header else _decoder(header))(header, data)
        answer = {"dtype": values.dtype.str, "shape": values.shape, "photometric": photometric}
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
        write_answer(sys.stdout.buffer, int(sys.argv[1]), header, data)


if __name__ == "__main__":
    main()
