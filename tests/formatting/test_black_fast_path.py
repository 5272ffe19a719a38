"""Long lines are laid out as black would: black itself, over the whole text, is the judge."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hooksmith.caching.store import Cache
from hooksmith.formatting import LINE_LENGTH, format_files
from hooksmith.formatting.black_fast_path import lay_out
from support.black_style import as_black_has_it
from support.paths import GENERATED

NAMES = [f"{'long_' * size}name{number}" for size in (0, 2, 5, 8) for number in (1, 2)]


def formatted(text: str) -> str:
    return format_files({"module.py": text}, "black", Cache(None))["module.py"]


def left(text: str) -> int:
    """How many statements are left for black."""
    return len(lay_out(text, LINE_LENGTH)[1])


names = st.sampled_from(NAMES)
strings = st.sampled_from(
    ['"x"', '"a, b"', "'say \"|\" (or [not])'", '"^[a-z]{1,}$"', '"' + "y" * 60 + '"']
)


def _calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    values = st.lists(inner, min_size=1, max_size=4)
    named = st.builds(lambda name, value: f"{name}={value}", names, inner)
    return st.one_of(
        st.builds(lambda name, items: f"{name}[{', '.join(items)}]", names, values),
        st.builds(
            lambda name, items: f"{name}({', '.join(items)})",
            names,
            st.lists(named, min_size=1, max_size=4),
        ),
        st.builds(lambda items: " | ".join(items), st.lists(names, min_size=2, max_size=4)),
    )


expressions = st.recursive(st.one_of(names, strings), _calls, max_leaves=8)
kinds = st.recursive(
    names,
    lambda inner: st.one_of(
        st.builds(
            lambda name, items: f"{name}[{', '.join(items)}]",
            names,
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(" | ".join, st.lists(inner, min_size=2, max_size=4)),
    ),
    max_leaves=6,
)
annotations = st.one_of(kinds, kinds.map("lambda: {}".format))
replies = st.builds(
    lambda kind, rest: f"Reply({kind}{rest})",
    annotations,
    st.sampled_from(["", ', media_type="text/plain"', ", required=True"]),
)
displays = st.one_of(
    st.builds(
        lambda items, comma: "{" + ", ".join(f'"{k}": {v}' for k, v in items) + comma + "}",
        st.lists(st.tuples(names, expressions), min_size=1, max_size=4),
        st.sampled_from(["", ", "]),
    ),
    st.builds(
        lambda items: f"({', '.join(items)},)", st.lists(expressions, min_size=1, max_size=4)
    ),
)


@given(names, st.lists(st.tuples(names, st.one_of(expressions, displays)), min_size=1, max_size=4))
@settings(max_examples=300)
def test_arguments(name: str, arguments: list[tuple[str, str]]) -> None:
    lines = "".join(f"    {key}={value},\n" for key, value in arguments)
    text = f"{name} = Call(\n{lines})\n"
    assert formatted(text) == as_black_has_it(text)


@given(names, st.lists(st.tuples(names, replies), min_size=1, max_size=3), annotations)
@settings(max_examples=300)
def test_operations(name: str, stated: list[tuple[str, str]], annotation: str) -> None:
    entries = ", ".join(f'"{key}": {value}' for key, value in stated)
    text = f"""X: Operation[A] = Operation(
    query=(Parameter("{name}", annotation={annotation}),),
    replies={{{entries}}},
    body=Body({annotation}, required=True),
)
"""
    assert left(text) == 0
    assert formatted(text) == as_black_has_it(text)


texts = st.sampled_from(['"x"', '"' + "y" * 60 + '"', '"' + "z" * 91 + '"', '"' + "z" * 99 + '"'])
defaults = st.one_of(st.sampled_from(["", " = None", " = OMIT"]), texts.map(" = {}".format))


@given(names, kinds, defaults)
@settings(max_examples=300)
def test_annotations(name: str, kind: str, default: str) -> None:
    text = f'class Order(Model):\n    {name}: {kind}{default}\n    """What it is."""\n'
    assert formatted(text) == as_black_has_it(text)
    text = f"def call(\n    self,\n    {name}: {kind}{default},\n) -> None:\n    pass\n"
    assert formatted(text) == as_black_has_it(text)


@given(names, kinds)
def test_aliases_and_constants(name: str, kind: str) -> None:
    for text in (
        f"{name}: TypeAlias = {kind}\n",
        f'{name}: Operation[{kind}] = Operation(\n    id="x",\n)\n',
    ):
        assert formatted(text) == as_black_has_it(text)


@pytest.mark.parametrize("name", [60, 83, 84, 85, 86, 90, 95, 96, 97, 98, 99, 105])
@pytest.mark.parametrize(("first", "second"), [(5, 5), (30, 30), (38, 38), (39, 39), (60, 60)])
def test_constants_of_pages(name: int, first: int, second: int) -> None:
    pages = f"PagedOperation[{'F' * first}, {'S' * second}]"
    text = f'{"N" * name}: {pages} = PagedOperation(\n    id="x",\n)\n'
    assert formatted(text) == as_black_has_it(text)
    assert left(text) == 0 or name > 96


@given(names, texts, displays)
def test_assignments(name: str, text: str, display: str) -> None:
    for line in (f"{name}: TypeAlias = {text}", f"{name} = {text}", f"{name} = {display}"):
        whole = f"{line}\n\n\nclass A:\n    {line}\n"
        assert formatted(whole) == as_black_has_it(whole)


@given(st.lists(st.tuples(names, expressions), min_size=1, max_size=6))
def test_conditions(members: list[tuple[str, str]]) -> None:
    body = "{" + ", ".join(f'"{key}": {value}' for key, value in members) + "}"
    text = f"call(\n    body={body} if body is OMIT else body,\n)\n"
    assert formatted(text) == as_black_has_it(text)


@pytest.mark.parametrize(
    "line",
    [
        "from .models import " + ", ".join(NAMES),
        f"class {'Long' * 25}(RequestModel):\n    pass",
        f"class {'Long' * 18}({'Base' * 4}, RequestModel):\n    pass",
        f"class {'Long' * 18}({'Base' * 20}, RequestModel):\n    pass",
        f'{"LONG_" * 12}NAME = "{"x" * 80}"',
        f'{"LONG_" * 12}NAME = "{"x" * 98}"',
        f'{"Long" * 12}: TypeAlias = "{"x" * 80}"',
        *(
            f'{"X" * size}: Operation[{"Long" * 5}] = Operation(\n    id="x",\n)'
            for size in range(80, 102)
        ),
        *(f"class A:\n    {'x' * size}: {'Long' * 12} | None = None" for size in range(38, 60)),
        *(f"class A:\n    {'x' * size}: {'Long' * 12} = None" for size in range(38, 60)),
        *(f"class A:\n    {'x' * size}: List[{'Long' * 12}] = None" for size in range(38, 60)),
        *(
            f"def f(\n    {'x' * size}: {'Long' * 9} | list[str, int] | None = None,\n):\n    pass"
            for size in range(34, 60)
        ),
        *(
            f'class A:\n    {"x" * 20}: Literal["{"y" * size}"] = "{"y" * size}"'
            for size in range(25, 80, 5)
        ),
        *(
            f'def f(\n    kind: Literal["{"y" * size}", "z", "a"] = "{"y" * size}",\n):\n    pass'
            for size in range(25, 80, 5)
        ),
        "class A:\n    __assertions__ = "
        + str([{"required": [name]} for name in NAMES]).replace("'", '"'),
        "from .models import (\n    " + "Long" * 15 + " as " + "Long" * 15 + ",\n)",
        f"def {'long_' * 16}name(self) -> AsyncOrders:\n    pass",
        f"def {'long_' * 20}name(\n    self,\n) -> None:\n    pass",
        "call(\n    _operations." + "LONG_" * 20 + "NAME,\n)",
        'lazy(\n    {\n        ".models": (' + ", ".join(f'"{n}"' for n in NAMES) + "),\n    },\n)",
    ],
)
def test_shapes_of_ours_need_no_black(line: str) -> None:
    text = f"{line}\n"
    assert left(text) == 0
    assert formatted(text) == as_black_has_it(text)


@pytest.mark.parametrize("kind", ['Literal["a,]"]', 'Literal["a,)", ", }"] | None', "A[B,]"])
def test_the_end_of_brackets_that_begin_above(kind: str) -> None:
    text = f"def f(\n    self,\n    *,\n    a: int,\n) -> {kind}:\n    pass\n"
    assert formatted(text) == as_black_has_it(text)


def test_texts_in_strings_stay() -> None:
    text = f'class A:\n    """First.\n\n\n\n    call({"x, " * 40})\n    from x import {"y, " * 40}z\n    """\n'
    assert left(text) == 0
    assert formatted(text) == text


def test_comments_stay() -> None:
    text = f"class A:\n    # {'Orders (' * 20}\n    x: int\n\n\ny = f(\n    # [\n    {'a + ' * 40}a\n)\n"
    assert left(text) == 1
    assert formatted(text) == as_black_has_it(text)


def test_what_is_left_is_for_black() -> None:
    text = f"def f():\n    x = {' + '.join(['value'] * 30)}\n    return  x\n"
    assert left(text) == 1
    assert formatted(text).startswith("def f():\n    x = (\n        value\n        + value\n")


def test_the_providers_are_as_black_has_them() -> None:
    for path in sorted(GENERATED.rglob("*.py")):
        if "_runtime" not in path.parts:
            text = path.read_text("utf-8")
            assert as_black_has_it(text) == text, path
