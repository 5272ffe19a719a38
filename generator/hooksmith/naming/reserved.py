"""Reserved words: names that generated code must not take from a document.

Python's own stand here as text rather than being read from the interpreter: a document gives the same bytes whatever
version of Python generates.
"""

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
"""Classes of Python 3.11 to 3.15: an annotation evaluated before a class of that name exists would mean these."""

BUILTINS = BUILTIN_CLASSES | frozenset(
    """abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile
    complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozendict
    frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len license list
    locals map max memoryview min next object oct open ord pow print property quit range repr reversed round
    sentinel set setattr slice sorted staticmethod str sum super tuple type vars zip""".split()
)

METHOD_BUILTINS = frozenset("bool bytes dict float int object str tuple".split())
"""Types that annotations of methods name; a method called `list` is possible, see `Imports.builtin`."""

SHADOWING = KEYWORDS | BUILTINS | {"self", "cls", "match", "case", "type"}
"""Names that an argument must not take."""

CLASS_NAMES = BUILTIN_CLASSES | frozenset(
    """Annotated Any Literal Field StrEnum IntEnum TypeAlias TypeAliasType ConfigDict Pattern
    UniqueItems AssertsText Int32 Int64 Asserts Whole StringFormat Variadic
    SentFormat SentInt32 SentInt64 ReceivedOnly Nullable SharedModel CamelSharedModel
    Model RequestModel CamelModel CamelRequestModel Open OpenInt Omittable
    Decimal JsonDecimal Described Implied Tolerant SchemaModel CamelSchemaModel MaybeAbsent
    ExactDate ExactDecimal ExactNumber ExactTimestamp StrictBool StrictInt StrictStr
    FileContent Omit OMIT Timestamp JsonNumber Tagged Unknown Catalogue DriftedEvent
    UnknownEvent CATALOGUE CALLBACKS TYPE_CHECKING
    Mapping Sequence date datetime list dict str int float bool bytes tuple set
    object type""".split()
)
"""Names that modules of models and events import or use; no definition may have such a name."""

FIELD_NAMES = frozenset(
    """Any bool bytes construct copy date datetime dict dict_ float from_orm int json list model_
    object_ parse_file parse_obj parse_raw schema schema_json mro register self str tuple type_
    update_forward_refs validate to_dict to_json from_json misfits""".split()
)
"""Attributes of pydantic's and the runtime's models, and names used in annotations; no field may have such a name."""

ENUM_ATTRIBUTES = frozenset(
    """as_integer_ratio bit_count bit_length capitalize casefold center conjugate count denominator
    encode endswith expandtabs find format format_map from_bytes imag index is_integer isalnum
    isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace
    istitle isupper join ljust lower lstrip maketrans mro name numerator partition real
    removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split
    splitlines startswith strip swapcase title to_bytes translate upper value zfill""".split()
)
"""Attributes of str, int and Enum; a member must not hide them."""

CONSTRUCTOR_ARGUMENTS = (
    "self",
    "base_url",
    "timeout",
    "max_retries",
    "max_reply",
    "max_depth",
    "headers",
    "http_client",
    "hooks",
)
"""Arguments that every generated client's constructor has."""

METHOD_ARGUMENTS = ("self", "options", "OMIT")
"""Names that every generated method uses: its own arguments, and the default of optional arguments."""

CLIENT_ATTRIBUTES = frozenset(
    """call call_raw paginate stream close aclose with_options settings base_url timeout headers max_retries
    max_reply max_depth hooks annotations cached_property httpx2 str float int""".split()
)
"""Attributes of the client classes, and names that their modules use; no resource may have such a name."""

RESOURCE_MODULE_NAMES = frozenset(
    """Any Client Literal Mapping Omit Page Pager RequestOptions Sequence SyncResource AsyncResource AsyncPager
    Hooks Callable Awaitable SyncClient AsyncClient""".split()
)
"""Names that the modules of resources import; no resource's class may have such a name."""
