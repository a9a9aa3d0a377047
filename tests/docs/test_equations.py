from docs.equations import with_mathml


def test_an_equation_becomes_mathml_and_stands_displayed_or_in_its_line() -> None:
    text = with_mathml("With $x$:\n\n$$\ny = \\frac{1}{x}\n$$\n")
    assert "$" not in text
    assert '<span><math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mrow><mi>x</mi>' in text
    assert 'display="block"' in text
    assert "<mfrac>" in text


def test_code_and_lone_dollars_stay() -> None:
    text = "`$x$` costs 5 $ or 6 $.\n\n```make\n$(RUN) $$x$$ $(BIN)\n```\n"
    assert with_mathml(text) == text
