"""Exit codes of the command line, and the errors that lead to them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from ..errors import Diagnostic, HooksmithError, Place
from .printing import print_diagnostics, print_note
from .usage_error import UsageError

STALE, FAILED, ERROR, INTERRUPTED = 1, 1, 2, 128 + signal.SIGINT


def exit_code_of(command: Callable[[], int]) -> int:
    """Run a command; print the error that ends it, if any. Return the exit code."""
    try:
        code = command()
        sys.stdout.flush()
        return code
    except HooksmithError as error:
        print_diagnostics(error.diagnostics)
        return ERROR
    except KeyboardInterrupt:
        print_note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout has closed it; Python would complain when it flushes once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except UsageError as error:
        print_diagnostics([Diagnostic(message=str(error), hint=error.hint)])
        return ERROR
    except OSError as error:
        print_diagnostics([_system_error(error)])
        return ERROR
    except Exception as error:
        return _internal_error(error)


def _system_error(error: OSError) -> Diagnostic:
    """Return the diagnostic of an error that the system reports: a full disk, a name that is too long."""
    place = Place(file=str(error.filename)) if error.filename is not None else None
    return Diagnostic(message=error.strerror or str(error), place=place)


def _internal_error(error: Exception) -> int:
    if os.environ.get("HOOKSMITH_DEBUG"):
        import traceback

        traceback.print_exception(error)
    message = f"internal error: {type(error).__name__}: {error}"
    hint = "this is a fault of hooksmith, please report it; HOOKSMITH_DEBUG=1 shows the traceback"
    print_diagnostics([Diagnostic(message=message, hint=hint)])
    return ERROR
