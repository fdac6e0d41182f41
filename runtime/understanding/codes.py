"""Models that customers name and no list of this shop knows: iphone 15 pro, kfr-35gw, 小米14, x200."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARK = r"( ?(pro|max|plus|ultra|mini|air|se|note))*(?![a-z0-9])"
_LINES = r"iphone|ipad|macbook|matebook|matepad|airpods|freebuds|redmi|galaxy|mate|pura|watch|find|magic|reno"
_MAKERS = r"小米|红米|荣耀|华为|一加|真我"
_CODE = re.compile(
    rf"(?<![a-z0-9.])("
    rf"({_LINES})( ?(pro|air|mini|max|se|gt|x)? ?[a-z]?[0-9]{{1,3}}| (pro|air|mini|max|se)){_MARK}"
    rf"|({_MAKERS}) ?[a-z]{{0,2}}[0-9]{{1,3}}(?![0-9.]){_MARK}"
    r"|[a-z]{2,4}-[a-z0-9]{2,}(?:[-/][a-z0-9]+)*"
    rf"|[a-z]{{1,3}}[0-9]{{2,5}}[a-z]{{0,3}}(?![0-9]){_MARK}"
    rf"|[asvxkgtf][0-9]{_MARK})"
)
# Letters and figures that name no goods: networks, plugs, formats, papers.
_OTHER = re.compile(
    r"(wi-?fi|usb|type|hdmi|pm|vip|dc|ac|no|rmb|app|led|ip[0-9x]).*|ai[0-9]*|gb?.*[0-9]{4}|mp[34]|co2|h26[45]|a[34]|[kvftb][0-9]|s1|ps[45]"
)


def find_codes(text: str) -> Iterator[tuple[int, int]]:
    """Spans of model codes, in order."""
    return (hit.span() for hit in _CODE.finditer(text) if not _OTHER.fullmatch(hit.group()))
