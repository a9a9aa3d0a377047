"""Equations of a page, from LaTeX to MathML, which browsers draw without a script."""

from __future__ import annotations

import re

from latex2mathml.converter import convert

CODE = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.M | re.S)
DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.S)
INLINE = re.compile(r"\$(?!\s)([^$\n]+?)(?<!\s)\$")


def with_mathml(text: str) -> str:
    """Replace $$…$$ and $…$ outside code by MathML, displayed and within the line."""
    parts = CODE.split(text)
    parts[::2] = [INLINE.sub(_inline, DISPLAYED.sub(_displayed, part)) for part in parts[::2]]
    return "".join(parts)


def _displayed(match: re.Match[str]) -> str:
    return convert(" ".join(match[1].split()), display="block")


def _inline(match: re.Match[str]) -> str:
    return f"<span>{convert(match[1])}</span>"  # Markdown takes a line that begins with <math> for a block
