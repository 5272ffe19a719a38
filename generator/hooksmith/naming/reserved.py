"""Names that Python has taken, whatever version generates: a document is to give the same bytes everywhere."""

from __future__ import annotations

KEYWORDS = frozenset(
    """False None True and as assert async await break class continue def del elif else except finally for from
    global if import in is lambda nonlocal not or pass raise return try while with yield""".split()
)

BUILTIN_CLASSES = frozenset(
    """ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError
    BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError
    ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning
    EnvironmentError Exception ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError
    FutureWarning GeneratorExit IOError ImportCycleError ImportError ImportWarning IndentationError IndexError
    InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError ModuleNotFoundError
    NameError None NotADirectoryError NotImplemented NotImplementedError OSError OverflowError
    PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError
    ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError
    SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError UnboundLocalError
    UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning
    ValueError Warning ZeroDivisionError""".split()
)
"""Of Python 3.11 to 3.15: in an annotation read before the class of that name exists, they would be meant."""

BUILTINS = BUILTIN_CLASSES | frozenset(
    """abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile
    complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozendict
    frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len license list
    locals map max memoryview min next object oct open ord pow print property quit range repr reversed round
    sentinel set setattr slice sorted staticmethod str sum super tuple type vars zip""".split()
)

CONSTRUCTOR_ARGUMENTS = (
    "self",
    "base_url",
    "timeout",
    "max_retries",
    "headers",
    "http_client",
    "hooks",
)
"""Arguments that every generated client's constructor has."""

METHOD_ARGUMENTS = ("self", "options", "OMIT")
"""Names that every generated method uses: its own arguments, and the default of optional arguments."""

CLIENT_ATTRIBUTES = frozenset(
    """call call_raw paginate stream close aclose with_options settings base_url timeout headers max_retries
    hooks annotations cached_property httpx2 str float int""".split()
)
"""Attributes of the client classes, and names that their modules use; no resource may have such a name."""

RESOURCE_MODULE_NAMES = frozenset(
    """Any Client Literal Mapping Omit Page Pager RequestOptions Sequence SyncResource AsyncResource AsyncPager
    Hooks Callable Awaitable SyncClient AsyncClient""".split()
)
"""Names that the modules of resources import; no resource's class may have such a name."""
