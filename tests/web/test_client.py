import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from formapp.web.client import client_address


def app_behind(proxies: int) -> Flask:
    """An application that says whom it sees, behind so many proxies that are believed."""
    app = Flask("seen", static_folder=None)
    app.add_url_rule("/", view_func=client_address)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)  # type: ignore[method-assign]
    return app


def seen(remote: str | None, *, forwarded: str | None = None, proxies: int = 0) -> str:
    headers = {"X-Forwarded-For": forwarded} if forwarded is not None else {}
    return app_behind(proxies).test_client().get("/", headers=headers, environ_overrides={"REMOTE_ADDR": remote}).text


@pytest.mark.parametrize(
    ("remote", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::FFFF:CB00:7109", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("203.0.113.9:50123", "203.0.113.9"),
        ("[2001:db8:1:2::1]:50123", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("", "local"),
        (None, "local"),
        ("unix:", "local"),
        ("unix:/run/helpcentre.sock", "local"),
        ("localhost", "unknown"),
        ("1.2.3", "unknown"),
        ("999.1.1.1", "unknown"),
        ("1.2.3.4.5:80", "unknown"),
        ("2001:db8::1::2", "unknown"),
        ("[nothing]:80", "unknown"),
        ("é\x00\r\n", "unknown"),
        ("١٢٣.1.1.1", "unknown"),
        ("a" * 100_000, "unknown"),
    ],
)
def test_a_client_is_counted_by_address_or_network(remote: str | None, counted_as: str):
    assert seen(remote) == counted_as


def test_a_whole_ipv6_network_is_one_client():
    assert len({seen(f"2001:db8:1:2::{number:x}") for number in range(1, 50)}) == 1


@pytest.mark.parametrize("forwarded", ["198.51.100.7", "198.51.100.7, 192.0.2.1", "unknown", ""])
def test_d63_without_a_trusted_proxy_the_header_is_not_believed(forwarded: str):
    assert seen("203.0.113.9", forwarded=forwarded) == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "counted_as"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("1.1.1.1, 2.2.2.2, 198.51.100.7", "198.51.100.7"),
        ("1.1.1.1,2001:db8:1:2::5", "2001:db8:1:2::/64"),
        ("1.1.1.1, 198.51.100.7:4711", "198.51.100.7"),
        ("1.1.1.1, nonsense", "unknown"),
    ],
)
def test_d63_with_one_trusted_proxy_only_its_own_entry_is_believed(forwarded: str, counted_as: str):
    assert seen("203.0.113.9", forwarded=forwarded, proxies=1) == counted_as


def test_d63_whoever_writes_the_header_anew_each_time_is_still_one_client():
    asked = {seen("203.0.113.9", forwarded=f"10.0.0.{number}, 198.51.100.7", proxies=1) for number in range(50)}
    assert asked == {"198.51.100.7"}


def test_d63_a_request_that_did_not_come_through_all_proxies_is_counted_by_its_sender():
    assert seen("203.0.113.9", forwarded="198.51.100.7", proxies=2) == "203.0.113.9"
    assert seen("203.0.113.9", proxies=1) == "203.0.113.9"


def test_d63_with_two_trusted_proxies_the_one_before_the_last_is_believed():
    assert seen("203.0.113.9", forwarded="1.1.1.1, 198.51.100.7, 192.0.2.1", proxies=2) == "198.51.100.7"
