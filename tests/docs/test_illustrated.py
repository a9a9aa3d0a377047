from pathlib import Path

import pytest
from PIL import Image

from docs.illustrated import Script, scripts_in

HEAD = '''"""A dot.

What it shows.
"""

from matplotlib.figure import Figure

from docs.illustrated import NotHere


'''


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a script into a package of its own, and return it."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)

    def write_script(package: str, draws: str) -> Script:
        folder = Path(package)
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "dot.py").write_text(f"{HEAD}def draw() -> Figure:\n    {draws}\n")
        [script] = scripts_in(folder)
        return script

    return write_script


def test_a_script_becomes_text_picture_and_program(write, tmp_path) -> None:
    script = write("dotted", "return Figure(figsize=(2, 1), dpi=50)")
    page = script.page(script.draw(tmp_path))
    assert page.startswith("# A dot\n\nWhat it shows.\n\n![A dot](dot.png)\n")
    assert "```python\nfrom matplotlib.figure import Figure" in page
    with Image.open(tmp_path / "dot.png") as picture:
        assert picture.size == (100, 50)


def test_what_is_not_here_is_said_on_the_page(write, tmp_path) -> None:
    script = write("absent", 'raise NotHere("There is no study")')
    assert "There is no study" in script.page(script.draw(tmp_path))
    assert not (tmp_path / "dot.png").exists()
