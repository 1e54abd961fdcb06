"""Where a request comes from, to count by it."""

import pytest
from django.test import RequestFactory

from niangjia.portals.design.requests import address_of


@pytest.mark.parametrize(
    ("behind", "remote", "forwarded", "counted"),
    [
        (False, "203.0.113.7", "", "203.0.113.7"),
        (False, "203.0.113.7", "198.51.100.1", "203.0.113.7"),  # without a proxy of ours anybody may say so
        (True, "127.0.0.1", "198.51.100.1", "198.51.100.1"),
        (
            True,
            "127.0.0.1",
            "10.9.9.9, 198.51.100.1",
            "198.51.100.1",
        ),  # what the visitor wrote in front is not believed
        (True, "127.0.0.1", "", "127.0.0.1"),
        (False, "2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::/64"),
        (False, "2001:db8:1:2:bbbb::2", "", "2001:db8:1:2::/64"),
        (False, "::ffff:203.0.113.7", "", "203.0.113.7"),
        (True, "127.0.0.1", "nonsense" * 20, ("nonsense" * 20)[:45]),
        (False, "", "", ""),
    ],
)
def test_the_address_counted_by_is_the_one_that_our_own_side_saw(settings, behind, remote, forwarded, counted):
    settings.IS_BEHIND_PROXY = behind
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert address_of(RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)) == counted
