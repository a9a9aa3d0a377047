"""How a page is written in Markdown."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from custom.evaluation.page import Commands, Heading, Illustration, Page, Paragraph, Table
from custom.evaluation.page_text import Strong

PICTURE = Illustration("results_a.png", Figure, "Figure 1. A | B.")


def test_a_page_has_its_contents_before_its_sections() -> None:
    page = Page(
        title="Results",
        opening=[Paragraph((Strong("Simulated."), " Not for diagnosis."))],
        sections={"The paper's tables": [Heading("Table I")], "Limits": [PICTURE]},
    )
    assert page.markdown() == (
        "# Results\n\n**Simulated.** Not for diagnosis.\n\n"
        "- [The paper's tables](#the-papers-tables)\n- [Limits](#limits)\n\n"
        "## The paper's tables\n\n### Table I\n\n"
        "## Limits\n\n![Figure 1. A &#124; B.](results_a.png)\n\nFigure 1. A &#124; B.\n"
    )
    assert page.illustrations() == [PICTURE]


def test_a_table_has_its_caption_above() -> None:
    table = Table("Table I", ["method", "p"], [["U-net", "< 0.001"], [("a", Strong("b")), ""]])
    assert table.markdown() == ("Table I\n\n| method | p |\n| --- | --- |\n| U-net | &lt; 0.001 |\n| a**b** |  |")


def test_rows_are_as_long_as_the_header() -> None:
    with pytest.raises(ValueError, match="as many cells as its header, 2"):
        Table("Table I", ["method", "p"], [["U-net"]])


def test_commands_stay_as_they_are() -> None:
    assert Commands("make evaluation\n    ```*a*").markdown() == "    make evaluation\n        ```*a*"
