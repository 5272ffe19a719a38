"""HTML in descriptions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hooksmith.describe.prose import markdown


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One.</p>\n<p>Two,\n  still two.</p>", "One.\n\nTwo,\nstill two."),
        ("Set <code>a</code> to <b>no</b>.", "Set `a` to **no**."),
        (
            'See <a class="x" href="/docs/a?b=c&amp;d">the docs</a>.',
            "See [the docs](/docs/a?b=c&d).",
        ),
        ("Either<ul><li>a</li><li>b</li></ul>or", "Either\n\n- a\n- b\n\nor"),
        ("One<br/>two<BR>three", "One\ntwo\nthree"),
        ("<p>Fewer than 3 &lt; 4&nbsp;things.</p>", "Fewer than 3 < 4 things."),
        ("`<p>x</p>` stays, <i>so</i>", "`<p>x</p>` stays, *so*"),
        ("GET /<id>/</id> of List<String>", "GET /<id>/</id> of List<String>"),
        ("<p>So:</p>\n```\n  a <p>\n```", "So:\n\n```\n  a <p>\n```"),
        ("a </ b", "a </ b"),
        ("  indented\n    code, no HTML", "  indented\n    code, no HTML"),
    ],
)
def test_html_becomes_markdown(html: str, expected: str) -> None:
    assert markdown(html) == expected


@given(st.text("<>/ab`pri=\"' \n&;", max_size=60))
def test_any_text_is_taken(text: str) -> None:
    once = markdown(text)
    assert isinstance(once, str)
    if "</" not in text and "<br" not in text:
        assert once == text
