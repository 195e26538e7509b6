"""Which hosts are of one's own: no key that goes there costs money."""

import socket

import pytest

from isocost.measurement import carries_key, is_own_host


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.9.1",
        "::1",
        "0.0.0.0",  # noqa: S104 - nothing is bound
        "localhost",
        "LOCALHOST.",
        "api.localhost",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.0.9",
        "169.254.3.4",
        "100.64.0.1",
        "fd12:3456::1",
        "fe80::1%eth0",
        "::ffff:10.0.0.1",
        "gpu-box.local",
    ],
)
def test_loopback_private_and_link_local_are_own(host):
    assert is_own_host(host, look_up=lambda name: pytest.fail(f"{name} was looked up"))


@pytest.mark.parametrize(
    "host",
    [
        "8.8.8.8",
        "172.32.0.1",
        "172.15.0.1",
        "192.169.0.1",
        "100.128.0.1",
        "11.0.0.1",
        "169.255.0.1",
        "fec0::1",
    ],
)
def test_public_addresses_are_not(host):
    assert not is_own_host(host, look_up=lambda name: pytest.fail(f"{name} was looked up"))


@pytest.mark.parametrize("host", ["2001:4860::1", "::ffff:8.8.8.8"])
def test_public_addresses_of_six_are_not_either(host):
    assert not is_own_host(host, look_up=lambda name: pytest.fail(f"{name} was looked up"))


@pytest.mark.parametrize(
    ("addresses", "own"),
    [
        (["10.0.0.4"], True),
        (["10.0.0.4", "fd00::4"], True),
        (["10.0.0.4", "203.0.113.7"], False),  # one public address is enough to cost money
        (["203.0.113.7"], False),
        ([], False),  # nobody knows the name
    ],
)
def test_a_name_is_what_its_addresses_are(addresses, own):
    assert is_own_host("models.example", look_up=lambda name: addresses) is own


@pytest.mark.parametrize("host", ["mylocal", "local.example", "notlocalhost", "localhost.example"])
def test_names_that_only_look_private_are_looked_up(host):
    assert not is_own_host(host, look_up=lambda name: ["203.0.113.7"])


def test_numbers_written_otherwise_are_what_they_stand_for(monkeypatch):
    asked = []
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: asked.append(host) or [(2, 1, 6, "", ("127.0.0.1", 0))],
    )
    assert is_own_host("127.1")  # as the system reads it
    assert asked == ["127.1"]


@pytest.mark.parametrize(
    ("given", "carried"),
    [
        ({"env": "KEY", "file": None, "headers": {}}, True),
        ({"env": None, "file": "key.txt", "headers": {}}, True),
        ({"env": None, "file": None, "headers": {"authorization": "Bearer x"}}, True),
        ({"env": None, "file": None, "headers": {"Ocp-Apim-Subscription-Key": "x"}}, True),
        ({"env": None, "file": None, "headers": {"X-Session-Token": "x"}}, True),
        ({"env": None, "file": None, "headers": {"X-Trace": "x"}}, False),
        ({"env": None, "file": None, "headers": {}}, False),
    ],
)
def test_a_key_is_known_by_where_it_is_named(given, carried):
    assert carries_key(**given) is carried
