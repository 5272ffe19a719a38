"""Published test vectors, each with its source."""

from __future__ import annotations

# workos-python, tests/test_webhooks.py of version 4.
WORKOS_SECRET = "1lyKDzhJjuCkIscIWqkSe4YsQ"
WORKOS_TIME = 1632409405.772
WORKOS_HEADER = (
    "t=1632409405772, v1=67612f0e74f008b436a13b00266f90ef5c13f9cbcf6262206f5f4a539ff61702"
)
WORKOS_BODY = (
    b'{"id":"wh_01FG9JXJ9C9S052FX59JVG4EG1","data":{"id":"conn_01EHWNC0FCBHZ3BJ7EGKYXK0E6",'
    b'"name":"Foo Corp\'s Connection","state":"active","object":"connection","domains":[{"id":'
    b'"conn_domain_01EHWNFTAFCF3CQAE5A9Q0P1YB","domain":"foo-corp.com","object":"connection_domain"}],'
    b'"connection_type":"OktaSAML","organization_id":"org_01EHWNCE74X7JSDV0X3SZ3KJNY"},'
    b'"event":"connection.activated"}'
)

# The tests of all libraries of Standard Webhooks.
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
STANDARD_TIME = 1614265330
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
STANDARD_NEAR_MISS = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="

# GitHub documentation, "Validating webhook deliveries".
GITHUB_SECRET = "It's a Secret to Everybody"
GITHUB_BODY = b"Hello, World!"
GITHUB_HEADER = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"

# Slack documentation, "Verifying requests from Slack".
SLACK_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
SLACK_TIME = 1531420618
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SLACK_HEADER = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"

# adyen-node-api-library, src/__tests__/notification.spec.ts, "should verify the banking hmac".
ADYEN_SECRET = "D7DD5BA6146493707BF0BE7496F6404EC7A63616B7158EC927B9F54BB436765F"
ADYEN_BODY = (
    b'{"data":{"balancePlatform":"Integration_tools_test","accountId":"BA32272223222H5HVKTBK4MLB","sweep":{"id":'
    b'"SWPC42272223222H5HVKV6H8C64DP5","schedule":{"type":"balance"},"status":"active","targetAmount":{"currency":"EUR",'
    b'"value":0},"triggerAmount":{"currency":"EUR","value":0},"type":"pull","counterparty":{"balanceAccountId":'
    b'"BA3227C223222H5HVKT3H9WLC"},"currency":"EUR"}},"environment":"test",'
    b'"type":"balancePlatform.balanceAccountSweep.updated"}'
)
ADYEN_HEADER = "9Qz9S/0xpar1klkniKdshxpAhRKbiSAewPpWoxKefQA="

# twilio-python, tests/unit/test_request_validator.py.
TWILIO_SECRET = "12345"
TWILIO_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
TWILIO_FORM = b"CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309"
TWILIO_HEADER = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
TWILIO_REPEATED_FORM = b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234"
TWILIO_REPEATED_HEADER = "IK+Dwps556ElfBT0I3Rgjkr1wJU="
TWILIO_JSON = b'{"property": "value", "boolean": true}'
TWILIO_JSON_URL = (
    f"{TWILIO_URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
)
TWILIO_JSON_HEADER = "a9nBmqA0ju/hNViExpshrM61xv4="

# RFC 9421, section B.2.6, with the key of B.1.4.
RFC_9421_JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "test-key-ed25519",
    "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
}
RFC_9421_BODY = b'{"hello": "world"}'
RFC_9421_URL = "https://example.com/foo?param=Value&Pet=dog"
RFC_9421_TIME = 1618884473
RFC_9421_HEADERS = {
    "Host": "example.com",
    "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "Content-Type": "application/json",
    "Content-Length": "18",
    "Content-Digest": (
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
    ),
    "Signature-Input": (
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"'
    ),
    "Signature": (
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
    ),
}
RFC_9421_SHA_256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"

# Made by MATTR's own library, version 4.2.0, with the key of RFC 8037, appendix A.1.
MATTR_JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
MATTR_PRIVATE_JWK = {**MATTR_JWK, "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}
MATTR_URL = "https://example.com/webhook"
MATTR_TIME = 1661822798
MATTR_BODY = (
    b'{"deliveryId":"9a8b0b72-5c4f-4925-b101-528edbb5d75d","deliveryTimestamp":"2022-08-30T01:26:38.325Z",'
    b'"webhookId":"5be4f663-af93-41d8-8542-f5c9a2a2d588","event":{"id":"de347800-d56f-4262-9f19-52b34856a933",'
    b'"type":"OpenIdCredentialIssued","payload":{},"timestamp":"2022-08-30T01:26:38.308Z"}}'
)
MATTR_HEADERS = {
    "host": "example.com",
    "content-type": "application/json",
    "x-mattr-event-type": "OpenIdCredentialIssued",
    "x-mattr-webhook-id": "5be4f663-af93-41d8-8542-f5c9a2a2d588",
    "content-digest": "sha-256=:VZDPw/zVJxosPA4PbvTLluagSJ8SEniuyEImvWb50bQ=:",
    "signature-input": (
        'sig1=("@request-target" "@method" "content-digest" "content-type" "host" "x-mattr-event-type" '
        '"x-mattr-webhook-id");created=1661822798;alg="ed25519";keyid="FdFYFzERwC2uCBB46pZQi4GG85LujR8obt-KWRBICVQ"'
    ),
    "signature": (
        "sig1=:W+8qlRLgcVelOZyxWdyODgFQXvCK3P0l4FT7o/gkdMjxqSEDkM80dUeA8jfme/IiCt2Ol7tq/VKrVMFMLafsCw==:"
    ),
}
