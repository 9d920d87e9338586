"""From stored values to what is seen (PS3.3 C.7.6.3, C.7.6.16, C.11; PS3.4 N.2), one frame at a time."""
