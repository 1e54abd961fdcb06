import io
import os
import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from niangjia.apps.accounts import actions as accounts
from niangjia.apps.accounts.types import Role, Viewer
from niangjia.apps.audit.models import AuditEvent
from niangjia.apps.files import actions, photos, queries, storage
from niangjia.apps.files.models import File
from niangjia.apps.files.problems import (
    ActivePdf,
    EmptyFile,
    FileRefused,
    LockedPdf,
    NoSuchFile,
    TooLarge,
    TooMany,
    TooManyPixels,
    TornPdf,
    UnknownType,
    UnreadablePhoto,
)
from niangjia.apps.files.tests import pictures
from niangjia.apps.files.types import JPEG, PDF, Owner
from niangjia.kernel.sealing import CannotOpen, Keys, keys_in

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
VISIT = Owner("visit", "a" * 32)
OTHER = Owner("visit", "b" * 32)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILES_FOLDER = tmp_path / "files"
    return settings.FILES_FOLDER


@pytest.fixture
def officer(db) -> Viewer:
    who = accounts.create_account(viewer=None, username="wang", name="王", password="four horses in a row", now=NOW)
    return Viewer(who, 1, "王", Role.GRASSROOTS, 1, "1/")


@pytest.fixture
def keep(officer):
    def keep(content: bytes, owner: Owner = VISIT, part: str = "photos", **options):
        return actions.keep_file(viewer=officer, owner=owner, part=part, content=content, now=NOW, **options)

    return keep


def opened(officer, card):
    return actions.open_file(viewer=officer, owner=card.owner, key=card.key, now=NOW).content


def picture_of(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        return picture


def on_disk(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


# --- what is kept of a photo ---


def test_the_place_the_device_and_the_time_a_photo_was_taken_are_gone(keep, officer):
    sent = pictures.jpeg()
    assert pictures.PLACE in sent and b"Canary Phone" in sent and b"canary comment" in sent
    kept = opened(officer, keep(sent))
    assert pictures.PLACE not in kept and b"Canary" not in kept and b"canary" not in kept and b"Exif" not in kept
    assert not picture_of(kept).getexif() and picture_of(kept).format == "JPEG"


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_stands_upright_however_the_phone_was_held(turn):
    """The left half is red; each turn is undone as a viewer of photos would."""
    kept = photos.write_anew(pictures.jpeg(turn=turn))
    assert (kept.width, kept.height) == ((600, 400) if turn < 5 else (400, 600))
    red = {
        (x, y)
        for x in (0.1, 0.9)
        for y in (0.1, 0.9)
        if picture_of(kept.content).getpixel((int(x * kept.width), int(y * kept.height)))[1] < 100
    }
    left, right, top, bottom = ({(0.1, 0.1), (0.1, 0.9)}, {(0.9, 0.1), (0.9, 0.9)}, {(0.1, 0.1), (0.9, 0.1)}, {(0.1, 0.9), (0.9, 0.9)})  # fmt: skip
    assert red == {1: left, 2: right, 3: right, 4: left, 5: top, 6: top, 7: bottom, 8: bottom}[turn]


def test_an_iphones_photo_is_kept_like_any_other(keep, officer):
    assert pictures.PLACE in pictures.HEIC and b"Canary Phone" in pictures.HEIC
    card = keep(pictures.HEIC)
    kept = opened(officer, card)
    assert (card.media_type, card.width, card.height) == ("image/jpeg", 64, 96), "upright"
    picture = picture_of(kept)
    assert picture.getpixel((32, 10))[1] < 100 < picture.getpixel((32, 86))[1], "its left half is on top now"
    assert pictures.PLACE not in kept and b"Canary" not in kept and not picture.getexif()


def test_lists_show_a_small_copy_that_is_sealed_and_goes_with_its_photo(
    keep, officer, folder, django_capture_on_commit_callbacks
):
    card = keep(pictures.jpeg(3000, 2000))
    small = actions.open_file(viewer=officer, owner=card.owner, key=card.key, now=NOW, is_small=True).content
    assert picture_of(small).size == (240, 160) and len(small) < 10_000
    (lies,) = [path for path in on_disk(folder) if path.name.endswith("-small")]
    assert small[:20] not in lies.read_bytes() and found() == set()
    lies.write_bytes(lies.read_bytes()[:-1] + b"x")
    assert found() == {"FILE_SEAL"}
    with django_capture_on_commit_callbacks(execute=True):
        actions.drop_file(viewer=officer, owner=card.owner, key=card.key, now=NOW)
    assert on_disk(folder) == []


def test_a_large_photo_is_kept_no_larger_than_a_page_needs():
    kept = photos.write_anew(pictures.jpeg(6000, 4000))
    assert (kept.width, kept.height) == (2000, 1333)


def test_a_signature_on_a_clear_ground_is_black_on_white_not_on_black():
    clear = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 150, 100))
    written = io.BytesIO()
    clear.save(written, "PNG")
    kept = picture_of(photos.write_anew(written.getvalue()).content)
    assert kept.getpixel((10, 50)) == (0, 0, 0) and kept.getpixel((290, 50)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode):
    assert photos.write_anew(pictures.png(mode)).width == 600


def test_webp_is_read_and_cmyk_too():
    written = io.BytesIO()
    pictures.drawn().convert("CMYK").save(written, "JPEG")
    assert photos.write_anew(pictures.webp()).width == photos.write_anew(written.getvalue()).width == 600


def test_what_was_hidden_behind_a_photo_is_not_kept(keep, officer):
    for hidden in (b"<script>alert(1)</script>", b"PK\x03\x04evil.jar" + pictures.ZIP_END, pictures.pdf()):
        kept = opened(officer, keep(pictures.jpeg(width=600 + len(hidden)) + hidden))
        assert hidden[:12] not in kept


# --- what is turned away ---


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", EmptyFile),
        (b"GIF89a" + b"\0" * 100, UnknownType),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", UnknownType),
        (b"<html><script>1</script>", UnknownType),
        (b"MZ" + b"\0" * 100, UnknownType),
        (b"PK\x03\x04" + b"\0" * 100, UnknownType),
        (b"%!PS-Adobe-3.0\n", UnknownType),
        (b"II*\0" + b"\0" * 100, UnknownType),
        (b"\0\0\0\x1cftypavif" + b"\0" * 100, UnknownType),
        (b" %PDF-1.7", UnknownType),
        (pictures.TORN_HEIC, UnreadablePhoto),
        (pictures.HEIC[:-100], UnreadablePhoto),
        (pictures.jpeg()[:2000], UnreadablePhoto),
        (b"\xff\xd8\xff" + b"<script>" * 50, UnreadablePhoto),
        (pictures.png()[:-200], UnreadablePhoto),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 ", UnreadablePhoto),
        (pictures.png_bomb(), TooManyPixels),
        (pictures.png_bomb(7000), TooManyPixels),
        (b"\xff\xd8\xff" + b"\0" * actions.MOST_BYTES, TooLarge),
        (pictures.pdf()[:-8], TornPdf),
        (pictures.pdf(after=b"\n<script>alert(1)</script>"), TornPdf),
        (pictures.pdf(after=b"\n" + pictures.ZIP_END), TornPdf),
        (pictures.pdf(b"9 0 obj\n" + pictures.ZIP_END + b"\nendobj\n"), TornPdf),
        (b"%PDF-9.9\n%%EOF", TornPdf),
        (pictures.pdf(trailer=b"/Encrypt 8 0 R"), LockedPdf),
        (pictures.pdf(b"9 0 obj\n<</S/JavaScript/JS(app.alert(1))>>\nendobj\n"), ActivePdf),
        (pictures.pdf(b"9 0 obj\n<</S/J#61vaScript/JS(app.alert(1))>>\nendobj\n"), ActivePdf),
        (pictures.pdf(b"9 0 obj\n<</S/Launch/F(cmd.exe)>>\nendobj\n"), ActivePdf),
        (pictures.pdf(b"9 0 obj\n<</Names<</EmbeddedFiles 8 0 R>>>>\nendobj\n"), ActivePdf),
        (pictures.pdf(b"9 0 obj\n<</AcroForm<</XFA [1 0 R]>>>>\nendobj\n"), ActivePdf),
        (pictures.pdf(pictures.packed(b"<</S/JavaScript/JS(1)>>")), ActivePdf),
        (pictures.pdf(pictures.packed(b"\0" * 20_000_000)), ActivePdf),
        (pictures.pdf(pictures.packed(b"x").replace(b"x\x9c", b"zz")), TornPdf),
    ],
)  # fmt: skip
def test_what_is_no_photo_and_no_plain_paper_is_turned_away_with_a_sentence(keep, folder, content, refusal):
    with pytest.raises(refusal) as refused:
        keep(content)
    assert "请" in refused.value.zh and refused.value.en and not File.objects.exists() and not on_disk(folder)


def test_a_plain_paper_is_kept_as_it_is(keep, officer):
    for body in (b"", pictures.packed(b"<</Type/Font>>"), b"9 0 obj\n<<>>\nstream\n/JS /3D\nendstream\nendobj\n"):
        paper = pictures.pdf(body)
        card = keep(paper)
        assert (card.media_type, card.width) == (PDF, None) and opened(officer, card) == paper


def test_where_only_photos_are_asked_a_paper_is_not_taken(keep):
    with pytest.raises(UnknownType):
        keep(pictures.pdf(), only_photos=True)


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from([pictures.jpeg(80, 60), pictures.png()[:900], pictures.webp(), pictures.pdf(pictures.packed(b"a"))]),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=12),
    st.integers(0, 60),
)  # fmt: skip
def test_however_a_file_is_bent_it_is_kept_clean_or_refused(content, changes, cut):
    bent = bytearray(content[: len(content) - cut])
    for place, value in changes:
        bent[place % len(bent)] = value
    try:
        media_type, kept, *_size = actions._clean(bytes(bent), False)
    except FileRefused:
        return
    if media_type == JPEG:
        assert not picture_of(kept).getexif() and len(kept) < 200_000


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4\n"]))
def test_whatever_bytes_come_they_are_refused_in_words(rest, head):
    with pytest.raises(FileRefused):
        actions._clean(head + rest, False)


def test_more_than_fit_are_refused_and_one_removed_makes_room(keep, officer):
    cards = [keep(pictures.jpeg(60 + each, 40), most=2) for each in range(2)]
    with pytest.raises(TooMany):
        keep(pictures.jpeg(90, 40), most=2)
    actions.drop_file(viewer=officer, owner=VISIT, key=cards[0].key, now=NOW)
    assert keep(pictures.jpeg(90, 40), most=2)


# --- kept once, for one owner ---


def test_the_same_photo_sent_twice_is_one(keep):
    key = uuid.uuid4()
    first = keep(pictures.jpeg(), key=key)
    assert first.key == key.hex and keep(pictures.jpeg(), key=key) == keep(pictures.jpeg()) == first
    assert keep(pictures.jpeg(), part="signature").key != first.key
    assert (
        keep(pictures.jpeg(), owner=OTHER, key=key).key != first.key
    )  # a key that is another's is not told, nor taken over


def test_a_file_opens_for_its_owner_alone_and_who_opened_it_is_on_record(keep, officer):
    card = keep(pictures.jpeg())
    for owner, key in ((OTHER, card.key), (VISIT, "0" * 32), (VISIT, "../../keys/sealing-1.key"), (Owner("file", VISIT.id), card.key)):  # fmt: skip
        with pytest.raises(NoSuchFile):
            actions.open_file(viewer=officer, owner=owner, key=key, now=NOW)
    actions.open_file(viewer=officer, owner=VISIT, key=card.key, reason="复核现场照片", now=NOW)
    event = AuditEvent.objects.get(action="files.open")
    assert (event.object, event.account_id, event.reason) == (str(VISIT), officer.account_id, "复核现场照片")
    assert event.detail == {"file": card.key, "part": "photos"}


def test_of_several_owners_the_files_are_read_in_one_query(keep, django_assert_num_queries):
    keep(pictures.jpeg())
    keep(pictures.pdf(), owner=OTHER, part="paper")
    with django_assert_num_queries(1):
        found = queries.list_of_many("visit", [VISIT.id, OTHER.id, "c" * 32])
    assert {owner: [card.part for card in cards] for owner, cards in found.items()} == {VISIT.id: ["photos"], OTHER.id: ["paper"]}  # fmt: skip
    assert queries.list_files(VISIT, part="signature") == []
    assert queries.list_owner_ids("visit") == {VISIT.id, OTHER.id}


# --- sealed, whole, found out ---


def test_on_the_disk_lies_nothing_that_can_be_looked_at(keep, folder):
    card = keep(pictures.pdf(b"%% canary of a household\n"))
    [path] = on_disk(folder)
    assert path.name == card.key and path.stat().st_mode & 0o777 == 0o600
    assert b"canary" not in path.read_bytes() and b"PDF" not in path.read_bytes()
    assert File.objects.get().digest not in path.read_bytes().hex()


def found(*, now=NOW):
    return {one.rule for one in queries.verify(now=now)}


def test_verify_tells_what_is_missing_altered_swapped_or_nobodys(keep, folder):
    first, second = keep(pictures.jpeg()), keep(pictures.pdf())
    assert found() == set()
    paths = [storage.path_of(uuid.UUID(card.key)) for card in (first, second)]
    kept = [path.read_bytes() for path in paths]
    for path, content in zip(paths, reversed(kept), strict=True):
        path.write_bytes(content)
    assert found() == {"FILE_SEAL"}
    paths[0].write_bytes(kept[0][:-1] + bytes([kept[0][-1] ^ 1]))
    paths[1].unlink()
    assert found() == {"FILE_SEAL", "FILE_GONE"}
    for path, content in zip(paths, kept, strict=True):
        path.write_bytes(content)
    File.objects.filter(key=first.key).update(digest="0" * 64)
    assert found() == {"FILE_DIGEST"}


def test_content_without_a_row_is_told_after_an_hour_and_swept_after_a_day(keep, folder):
    card = keep(pictures.jpeg())
    lost = uuid.uuid4()
    storage.put(lost, b"of an upload that died")
    torn = storage.path_of(lost).with_name(f".{lost.hex}.1.part")
    torn.write_bytes(b"half")
    for path in on_disk(folder):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert found(now=NOW + timedelta(minutes=30)) == set()
    assert found(now=NOW + timedelta(hours=2)) == {"FILE_ORPHAN"}
    assert actions.sweep(now=NOW + timedelta(hours=2)) == 0
    assert actions.sweep(now=NOW + timedelta(days=2)) == 2
    assert [path.name for path in on_disk(folder)] == [card.key] and found(now=NOW + timedelta(days=2)) == set()


def test_a_row_that_was_not_written_leaves_no_row_and_content_that_is_swept(keep, folder):
    with pytest.raises(RuntimeError), transaction.atomic():
        keep(pictures.jpeg())
        raise RuntimeError
    assert not File.objects.exists() and len(on_disk(folder)) == 1
    assert actions.sweep(now=datetime.now(UTC) + timedelta(days=2)) == 1


def test_a_file_is_taken_away_with_its_content_once_that_is_settled(
    keep, officer, folder, django_capture_on_commit_callbacks
):
    keep(pictures.jpeg())
    keep(pictures.jpeg(), owner=OTHER)
    with django_capture_on_commit_callbacks(execute=True):
        actions.drop_files(viewer=officer, owner=VISIT, now=NOW)
        assert len(on_disk(folder)) == 2
    assert len(on_disk(folder)) == 1 and queries.list_files(OTHER) and not queries.list_files(VISIT)
    actions.drop_file(viewer=officer, owner=VISIT, key="0" * 32, now=NOW)
    assert AuditEvent.objects.filter(action="files.drop").count() == 1


def test_after_a_rotation_every_file_is_sealed_anew_and_the_old_key_may_go(keep, officer, settings, tmp_path):
    settings.KEYS_FOLDER = tmp_path / "keys"
    Keys.create(settings.KEYS_FOLDER)
    keys_in.cache_clear()
    try:
        card = keep(pictures.jpeg())
        actions.open_file(viewer=officer, owner=card.owner, key=card.key, now=NOW, is_small=True)
        (settings.KEYS_FOLDER / "sealing-2.key").write_text("ab" * 32)
        keys_in.cache_clear()
        assert actions.reseal(now=NOW) == 1 and actions.reseal(now=NOW) == 0
        (settings.KEYS_FOLDER / "sealing-1.key").unlink()
        keys_in.cache_clear()
        assert picture_of(opened(officer, card)) and found() == set()
        (settings.KEYS_FOLDER / "sealing-2.key").write_text("cd" * 32)
        keys_in.cache_clear()
        with pytest.raises(CannotOpen):
            opened(officer, card)
    finally:
        keys_in.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_of_two_that_send_the_same_at_once_one_is_kept(officer, folder):
    cards, at_once = [], threading.Barrier(2)
    real = storage.put

    def put(key, content):
        real(key, content)
        at_once.wait(timeout=10)

    def send():
        try:
            cards.append(
                actions.keep_file(viewer=officer, owner=VISIT, part="photos", content=pictures.jpeg(), now=NOW)
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "put", put)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(cards) == 2 and cards[0] == cards[1] and len(on_disk(folder)) == 1


def test_an_owner_is_a_plain_kind_and_number():
    for kind, number in (("Visit", "1"), ("visit", ""), ("visit", "../1"), ("", "1")):
        with pytest.raises(ValueError):
            Owner(kind, number)
