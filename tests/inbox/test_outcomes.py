"""Outcomes that handlers raise: their values, texts and limits."""

from __future__ import annotations

import math
import pickle

import pytest

from hooksmith_providers._runtime.webhooks.outcomes import (
    HandlerTimeoutError,
    PermanentFailure,
    RetryLater,
    checked_timeout,
)


def test_outcomes_have_their_values_and_texts() -> None:
    assert PermanentFailure("account deleted").reason == "account deleted"
    assert str(PermanentFailure("account deleted")) == "account deleted"
    assert RetryLater(1.5).seconds == 1.5
    assert str(RetryLater(120)) == "retry in 120 s"
    assert str(HandlerTimeoutError(30)) == "the handler exceeded its limit of 30 s"


@pytest.mark.parametrize("error", [PermanentFailure("x"), RetryLater(2), HandlerTimeoutError(3)])
def test_outcomes_survive_pickling(error: Exception) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize("seconds", [-1, math.inf, math.nan])
def test_a_retry_needs_a_number_of_seconds(seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds: a number from 0 upwards"):
        RetryLater(seconds)


@pytest.mark.parametrize("seconds", [0, -1, math.inf, math.nan])
def test_a_time_limit_is_a_positive_number(seconds: float) -> None:
    with pytest.raises(ValueError, match="timeout: a number of seconds above 0"):
        checked_timeout(seconds)


def test_no_time_limit() -> None:
    assert checked_timeout(None) is None
    assert checked_timeout(0.5) == 0.5
