"""`OMIT`, the value for "not given", which separates absent from null."""

from __future__ import annotations

from typing import Final, final


@final
class Omit:
    """Type of `OMIT`; the class has one instance, also after copies and pickles."""

    __slots__ = ()
    _instance: Omit | None = None

    def __new__(cls) -> Omit:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "OMIT"

    def __reduce__(self) -> str:
        return "OMIT"


OMIT: Final = Omit()
