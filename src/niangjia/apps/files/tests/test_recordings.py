import pytest

from niangjia.apps.files import media
from niangjia.apps.files.problems import TornRecording, UnknownRecording
from niangjia.apps.files.tests import recordings
from niangjia.apps.files.types import MP3, MP4_AUDIO, MP4_VIDEO


def test_what_a_recording_is_says_its_container_not_its_name():
    assert media.clean(recordings.mp4())[0] == MP4_AUDIO
    assert media.clean(recordings.video())[0] == MP4_VIDEO
    assert media.clean(recordings.mp3())[0] == MP3


def test_place_and_name_are_blanked_and_every_offset_stays():
    given = recordings.video()
    assert recordings.POSITION in given
    kept = media.clean(given)[1]
    assert len(kept) == len(given) and recordings.POSITION not in kept and "王小明".encode() not in kept
    assert kept.index(b"mdat") == given.index(b"mdat")
    assert media.clean(kept)[1] == kept


def test_of_an_mp3_the_frames_are_kept_and_no_tag():
    kept = media.clean(recordings.mp3() + b"TAG" + bytes(125))[1]
    assert kept.startswith(b"\xff\xfb") and len(kept) == 4 * 417


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (recordings.mp4()[:-5], TornRecording),
        (recordings.mp4() + b"PK\x03\x04", TornRecording),
        (recordings.mp4(handlers=()), TornRecording),
        (recordings.mp4(brand=b"heic"), UnknownRecording),
        (recordings.mp3(frames=2), TornRecording),
        (recordings.mp3() + b"<script>" * 1000, TornRecording),
        (b"<html>" * 100, UnknownRecording),
        (b"RIFF" + bytes(100), UnknownRecording),
    ],
)
def test_what_is_cut_short_carries_something_along_or_is_none_is_turned_away(given, refusal):
    with pytest.raises(refusal):
        media.clean(given)
