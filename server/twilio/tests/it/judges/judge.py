"""Twilio's own Python library judges signatures, tokens and TwiML: questions in, answers out, as JSON."""
import json
import sys
import xml.etree.ElementTree as ElementTree
from datetime import datetime, timezone
from unittest import mock

import twilio
from twilio.base.exceptions import TwilioException
from twilio.jwt import JwtDecodeError
from twilio.jwt.access_token import AccessToken
from twilio.request_validator import RequestValidator, get_signature_algorithm


class Form:
    """A form with repeated keys, as Django hands it to the validator."""

    def __init__(self, pairs):
        self.pairs = pairs

    def __iter__(self):
        return iter(key for key, _ in self.pairs)

    def __len__(self):
        return len(self.pairs)

    def getlist(self, key):
        return [value for known, value in self.pairs if known == key]


def signature(q):
    algorithm = get_signature_algorithm(q["settings"])
    validator = RequestValidator(q["token"])
    return validator.validate(q["url"], Form(q["form"]), q["signature"], algorithm)


def body(q):
    return RequestValidator(q["token"]).validate(q["url"], q["body"], q["signature"])


def token(q):
    # The token is read at the time that the question names.
    clock = mock.Mock(wraps=datetime)
    clock.now.return_value = datetime.fromtimestamp(q["now"], tz=timezone.utc)
    try:
        with mock.patch("jwt.api_jwt.datetime", clock):
            read = AccessToken.from_jwt(q["token"], q["secret"])
    except (JwtDecodeError, TwilioException):
        return None
    return {
        "claims": read.payload,
        "region": read.headers.get("twr"),
        "kind": read.headers.get("cty"),
    }


def document(q):
    root = ElementTree.fromstring(q["document"].encode("utf-8"))
    return {
        "root": root.tag,
        "verbs": [verb.tag for verb in root],
        "texts": [verb.text or "" for verb in root],
    }


questions = json.load(sys.stdin)
json.dump(
    {
        "version": twilio.__version__,
        "signatures": [signature(q) for q in questions["signatures"]],
        "bodies": [body(q) for q in questions["bodies"]],
        "tokens": [token(q) for q in questions["tokens"]],
        "documents": [document(q) for q in questions["documents"]],
    },
    sys.stdout,
)
