"""Small print under pictures: what must be known to read them."""

from __future__ import annotations

import textwrap

from matplotlib.figure import Figure

CHARACTERS_PER_INCH = 12.0  # of this print


def write_footnote(figure: Figure, remark: str, said: str = "") -> None:
    """Write a remark and what is said of the picture under it, in lines no longer than the figure is wide.

    Args:
        figure: gets the lines.
        remark: holds for many pictures, such as that they are simulated; without a full stop; may be empty.
        said: of this picture, in sentences.
    """
    sentences = " ".join(part for part in (f"{remark}." if remark else "", said) if part)
    lines = textwrap.fill(sentences, int(CHARACTERS_PER_INCH * figure.get_figwidth()))
    figure.supxlabel(lines, fontsize=8, color="dimgray", parse_math=False)
