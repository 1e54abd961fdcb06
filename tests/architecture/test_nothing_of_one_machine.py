"""What is tracked works on every machine and tells nothing of the one it was written on."""

import re

from tests.architecture.house import CHECKOUT, tracked

FOLDERS = re.compile(r"(?<![\w.~-])/(?:work|root|Users|home/\w+|mnt/\w+|tmp/\w+)(?:/[\w.-]+)+")
HOSTS = re.compile(
    r"https?://(?:[\w.-]+@)?(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[\w-]+[:/]|[\w.-]+\.(?:internal|local|lan|corp|intranet)\b)"
)
INDEXES = re.compile(r"(?:--(?:extra-)?index-url|--trusted-host|--registry|_authToken|artifactory|PIP_INDEX_URL)", re.I)
LOOPBACK = re.compile(r"https?://localhost\b")


def lines():
    for path in tracked():
        if "vendor" in path.parts:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            yield f"{path.relative_to(CHECKOUT)}:{number}", line


def test_no_tracked_file_names_a_folder_of_one_machine():
    assert not [f"{place} {line.strip()[:100]}" for place, line in lines() if FOLDERS.search(line)]


def test_no_tracked_file_names_a_host_of_one_network():
    found = [f"{place} {line.strip()[:100]}" for place, line in lines() if HOSTS.search(LOOPBACK.sub("", line))]
    assert not found, found


def test_no_tracked_file_names_where_packages_are_fetched_from():
    found = [
        f"{place} {line.strip()[:100]}"
        for place, line in lines()
        if INDEXES.search(line) and not place.startswith("tests/architecture/")
    ]
    assert not found, found
