"""Formats: all that their standards allow is taken, what can be nothing of the kind is not."""

from __future__ import annotations

import pytest
from hooksmith_runtime_under_test.models.formats import FORMATS, integer_limits

from hooksmith.openapi.formats import INTEGER_FORMATS, STRING_FORMATS

# Of the RFCs that JSON Schema 2020-12 (Validation, 7.3) names, and what APIs are known to mean besides.
VALID = {
    "uuid": ["2EB8AA08-aa98-11ea-b4aa-73b441d16380", "00000000-0000-0000-0000-000000000000"],
    "email": ["joe.bloggs@example.com", "te~st@example.com", '"joe bloggs"@example.com', "a@[::1]"],
    "idn-email": ["실례@실례.테스트"],
    "uri": ["http://foo.bar/?baz=qux#quux", "urn:oasis:names", "mailto:a@b", "tel:+1-816-555-1212"],
    "iri": ["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "http://[2001:db8::1]:80/"],
    "uri-reference": ["", "//foo.bar/?baz=qux", "/abc", "abc", "?q=%20", "#frag", "a/{id}"],
    "iri-reference": ["/âππ", "#ƒrägmênt", "http://ƒøø.ßår/"],
    "hostname": [
        "www.example.com",
        "xn--4gbwdl.xn--wgbh1c",
        "a_b.example",
        "*.example.com",
        "h:8080",
    ],
    "idn-hostname": ["실례.테스트"],
    "ipv4": ["192.168.0.1"],
    "ipv6": ["::1", "::ffff:192.168.0.1"],
    "time": [
        "08:30:06Z",
        "23:59:60Z",
        "08:30:06.283185+01:00",
        "10:00",
        "9 AM",
        "T10:00",
        "100000",
    ],
    "duration": ["P4DT12H30M5S", "P4Y", "PT0S", "P4W", "3.5s", "1h30m", "3600", "-P1D"],
    "byte": ["", "aGk=", "aGk", "_-8", "aGk\r\naGk=", "data:image/png;base64,aGk="],
    "decimal": ["1.50", "-3", "1E+3", "+.5", "1,50"],
    "json-pointer": ["", "/", "/foo/0", "/a~1b", "/ ", "#/definitions/a"],
    "relative-json-pointer": ["0", "1/0", "2/highly/nested/objects", "0#"],
}
INVALID = {
    "uuid": ["", "2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638", "{x}"],
    "email": ["", "2962", "@", "joe@"],
    "idn-email": ["", "실례"],
    "uri": ["", "//foo.bar/", "/abc", "abc", ":// no scheme", "1a:b"],
    "iri": ["", "/abc"],
    "uri-reference": ["no such text", "a\nb", "\x00"],
    "iri-reference": ["no such text"],
    "hostname": ["", "no such text", "http://example.com/", "a\n"],
    "idn-hostname": ["", "〮 〮"],
    "ipv4": ["127.0.0.0.1", "256.256.256.256", "127.0", "0x7f000001", "", "1.1.1.1\n"],
    "ipv6": ["12345::", "::abcef", "1:1", "", "::1/64"],
    "time": ["", "noon"],
    "duration": ["", "P", "PT", "no such text"],
    "byte": ["no such text", "é", "a:b"],
    "decimal": ["", "one", "NaN"],
    "json-pointer": ["foo", "a/b"],
    "relative-json-pointer": ["", "/foo", "-1"],
}


def test_all_are_asserted() -> None:
    assert set(VALID) == set(INVALID) == set(FORMATS) == STRING_FORMATS


@pytest.mark.parametrize("name", VALID)
def test_what_a_standard_allows(name: str) -> None:
    assert [text for text in VALID[name] if not FORMATS[name](text)] == []


@pytest.mark.parametrize("name", INVALID)
def test_what_it_cannot_mean(name: str) -> None:
    assert [text for text in INVALID[name] if FORMATS[name](text)] == []


def test_limits_of_integers() -> None:
    assert {name: integer_limits(name) for name in INTEGER_FORMATS} == INTEGER_FORMATS
