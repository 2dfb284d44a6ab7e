"""The From line's domain vouches for a mail only where our own server's results on top say so (D-25, trap 14, RFC 8601)."""

from email import message_from_string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formapp.mail.sender_proof import is_aligned

SERVER = "mx.billycart.com"


def aligned(head: str, address: str | None = "jane@acme.example", server: str | None = SERVER) -> bool:
    return is_aligned(message_from_string(f"{head}\nFrom: Jane <jane@acme.example>\nSubject: Hello\n\nText"), address, server)


def results(text: str, server: str = SERVER) -> str:
    return f"Authentication-Results: {server}; {text}"


@pytest.mark.parametrize(
    "text",
    [
        "dmarc=pass (p=none dis=none) header.from=acme.example",
        "dmarc=pass header.from=jane@acme.example",
        "spf=fail smtp.mailfrom=list.example; dmarc=pass header.from=acme.example",
        "dkim=pass header.d=acme.example header.s=s1 header.b=AbC/+9=",
        'dkim=pass (2048-bit key; unprotected) header.d=acme.example header.i=@acme.example header.b="aB/x"; dkim-atps=neutral',
        "dkim=pass header.i=@acme.example",
        "dkim=pass header.i=jane@acme.example",
        "dkim=fail header.d=acme.example; dkim=pass header.d=acme.example",
        "dkim=pass header.d=other.example; dkim=pass header.d=acme.example",
        "dkim=pass header.d=ACME.example.",
        "dmarc=none header.from=acme.example; dkim=pass header.d=acme.example",
        'dkim=pass reason="good signature" header.d=acme.example; x-tls=pass smtp.version=TLSv1.3; spf=pass smtp.mailfrom=a@b.example',
        "dkim=pass header.i=@acme.example; arc=pass (i=1 spf=pass dkim=pass); dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=acme.example",
    ],
)
def test_dmarc_or_dkim_of_the_from_lines_domain_proves_it(text: str) -> None:
    assert aligned(results(text))
    assert aligned(results(text, f"{SERVER} 1"))
    assert aligned(results(text.replace("; ", ";\n\t"), "MX.Billycart.com (a comment)"))


@pytest.mark.parametrize(
    "text",
    [
        "none",
        "spf=pass smtp.mailfrom=jane@acme.example",
        "auth=pass smtp.auth=jane@acme.example",
        "dkim=fail header.d=acme.example",
        "dkim=none",
        "dkim=neutral header.d=acme.example",
        "dkim=policy header.d=acme.example",
        "dkim=temperror header.d=acme.example",
        # Valid, but not aligned.
        "dkim=pass header.d=evil.example",
        "dkim=pass header.i=@acme.example.evil.example",
        "dkim=pass header.d=notacme.example",
        "dkim=pass header.d=example",
        "dkim=pass header.d=",
        "dkim=pass",
        # Relaxed alignment the other way round would let a tenant vouch for its host.
        "dkim=pass header.d=tenant.acme.example",
        "dmarc=pass header.from=evil.example",
        "dmarc=pass",
        "dmarc=fail header.from=acme.example; dkim=pass header.d=acme.example",
        "dmarc=temperror header.from=acme.example; dkim=pass header.d=acme.example",
        "spf=pass (dmarc=pass header.from=acme.example) smtp.mailfrom=evil.example",
        'spf=pass smtp.mailfrom="x; dmarc=pass header.from=acme.example"',
        "dkim=pass header.d=acme.example; (((",
        "dmarc=",
        "",
    ],
)
def test_everything_else_proves_nothing(text: str) -> None:
    assert not aligned(results(text))


def test_a_parent_domain_vouches_for_what_is_beneath_it_unless_many_share_it() -> None:
    assert aligned(results("dkim=pass header.d=acme.example"), "jane@mail.acme.example")
    assert aligned(results("dkim=pass header.d=acme.com.au"), "jane@mail.acme.com.au")
    for shared in ("co.uk", "com.au", "gov.au", "ac.nz", "au", "k.jp"):
        assert not aligned(results(f"dkim=pass header.d={shared}"), f"jane@acme.{shared}")


def test_nobody_is_believed_without_a_name_to_believe_and_an_address_to_prove() -> None:
    good = results("dmarc=pass header.from=acme.example")
    assert not aligned(good, server=None)
    assert not aligned(good, server="")
    assert not aligned(good, None)
    assert not aligned(results("dmarc=pass header.from=acme.example", "billycart.com"))
    assert not aligned(results("dmarc=pass header.from=acme.example", "mx.billycart.com.evil.example"))


GOOD, BAD = results("dmarc=pass header.from=acme.example"), results("dmarc=fail header.from=acme.example; dkim=none")
OTHERS = results("dmarc=pass header.from=acme.example", "mx.evil.example")
RECEIVED = "Received: from client by mx.billycart.com (Postfix)"


@pytest.mark.parametrize(
    ("head", "is_believed"),
    [
        # As Gmail, opendkim (below the server's own line) and Exim (above it) write them.
        (f"Delivered-To: x@y\nReceived: by 10.0.0.1\nReturn-Path: <jane@acme.example>\n{RECEIVED}\nReceived-SPF: pass\n{GOOD}", True),
        (f"{RECEIVED}\n{GOOD}\nReceived: from laptop by smtp.acme.example", True),
        (f"{GOOD}\n{RECEIVED}", True),
        # opendmarc and opendkim write one each.
        (f"{RECEIVED}\nDMARC-Filter: OpenDMARC\n{results('spf=pass smtp.mailfrom=x.example')}\nDKIM-Filter: OpenDKIM\n{GOOD}", True),
        # Placed below ours by the sender.
        (f"{BAD}\n{GOOD}", False),
        (f"{BAD}\n{RECEIVED}\n{GOOD}", False),
        (f"{RECEIVED}\n{BAD}\nReceived: from evil\n{GOOD}", False),
        (f"{results('none')}\n{RECEIVED}\n{GOOD}", False),
        (f"{OTHERS}\n{GOOD}", False),
        (f"{RECEIVED}\n{OTHERS}\n{GOOD}", False),
        (OTHERS, False),
        # Below what the sender wrote.
        (f"{RECEIVED}\nDKIM-Signature: v=1; d=evil.example\n{GOOD}", False),
        (f"{RECEIVED}\nSubject: Hello\n{GOOD}", False),
        (f"X-Original-Authentication-Results: {GOOD}", False),
        (f"ARC-{GOOD}", False),
    ],
)
def test_only_results_on_top_are_our_servers(head: str, is_believed: bool) -> None:
    assert aligned(head) is is_believed


@pytest.mark.parametrize("piece", ["(", "a=b; ", "dkim=pass header.d=evil.example ", "(a) ", '"', "\\", ";", "a" * 50])
def test_results_longer_than_any_are_not_read(piece: str) -> None:
    assert not aligned(results(piece * (1_000_000 // len(piece))))
    assert not aligned("\n".join([results(piece * (3_000 // len(piece)))] * 300))


@given(st.text(max_size=200))
def test_no_results_are_too_strange(text: str) -> None:
    aligned(results(text.replace("\n", " ").replace("\r", " ")))
