"""Objects whose constructor failed, or never ran, are local variables of tracebacks: their texts never raise."""

from __future__ import annotations

import dataclasses
import enum
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel


def classes() -> Iterator[type[Any]]:
    """The classes of the runtime and of a generated package; Python's own texts of dataclasses are Python's."""
    for name in ("_runtime", "workos", "mattr"):
        package = importlib.import_module(f"hooksmith_providers.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for each in vars(importlib.import_module(module.name)).values():
                if inspect.isclass(each) and each.__module__ == module.name:
                    yield each


def has_own_text(each: type[Any]) -> bool:
    own = {"__repr__", "__str__"} & {name for base in each.__mro__ for name in vars(base)
                                     if base.__module__.startswith("hooksmith_providers")}  # fmt: skip
    return bool(own) and not (dataclasses.is_dataclass(each) and not own & vars(each).keys())


def half_made(each: type[Any]) -> Iterator[Any]:
    try:
        yield each.__new__(each)
    except TypeError:
        return
    if issubclass(each, BaseModel):
        yield each.model_construct()


def test_texts_of_half_made_objects() -> None:
    tried = set()
    for each in classes():
        is_ours = issubclass(each, BaseModel) or has_own_text(each)
        if not is_ours or issubclass(each, enum.Enum) or dataclasses.is_dataclass(each):
            continue
        for made in half_made(each):
            assert isinstance(repr(made), str)
            assert isinstance(str(made), str)
            tried.add(each.__name__)
    assert {"WorkOSClient", "Webhook", "Page", "RawReply", "UserCreated", "RetryLater"} <= tried


def test_an_incomplete_object_says_so() -> None:
    from hooksmith_providers.workos import Webhook, WorkOSClient

    assert repr(WorkOSClient.__new__(WorkOSClient)) == "<incomplete WorkOSClient>"
    with pytest.raises(ValueError, match="empty") as caught:
        Webhook("")
    trace = caught.value.__traceback__
    while trace is not None:
        assert [repr(value) for value in trace.tb_frame.f_locals.values()]
        trace = trace.tb_next
