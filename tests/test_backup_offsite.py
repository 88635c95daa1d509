"""A copy that leaves the machine: whole at the address, or told; the one in the folder stands either way."""

import os
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncssh
import pytest

from flows.backup import bucket, offsite, taking
from flows.backup.manifest import Sidecar
from flows.backup.shelf import ARCHIVE, REGISTERS, SIDECAR
from flows.backup.store import AwayError, RefusedError
from flows.profiles.offsite import ACCESS_KEY, SECRET_KEY, SSH_KEY
from flows.settings import Settings, SettingsError
from tests.bench import send_town
from tests.world.elsewhere import BUCKET, Bucket, Home, Sftp, Wire
from tests.world.elsewhere import bucket as new_bucket

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
NAP: Callable[[float], None] = [].append  # type: ignore[assignment]  # what would be slept is kept


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in send_town.SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(ACCESS_KEY, "made-up")
    monkeypatch.setenv(SECRET_KEY, "made-up-too")


@pytest.fixture
def town(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sftp]:
    with Sftp(tmp_path / "elsewhere").running() as found:
        monkeypatch.setenv(SSH_KEY, found.private)
        yield found


@pytest.fixture(scope="module")
def store() -> Iterator[Bucket]:
    with new_bucket() as found:
        yield found


@pytest.fixture(params=["sftp", "s3"])
def place(request: pytest.FixtureRequest) -> Sftp | Bucket:
    found = request.getfixturevalue("sftp" if request.param == "sftp" else "store")
    assert isinstance(found, Sftp | Bucket)
    if isinstance(found, Bucket):
        found.empty()
    return found


def told(place: Sftp | Bucket, port: int = 0) -> dict[str, object]:
    """As a profile names it; `port`: another one that leads there."""
    if isinstance(place, Sftp):
        return {"address": place.address(port), "host_keys": [place.public]}
    endpoint = f"http://127.0.0.1:{port or place.port}"
    return {"address": f"s3://{BUCKET}/copie", "endpoint": endpoint}


def sending(town: Home, place: Sftp | Bucket, port: int = 0, **changes: object) -> Settings:
    return town.safe.profiled(town.settings, offsite={**told(place, port), **changes})


def sent(settings: Settings, sidecar: Sidecar, now: datetime | None = None) -> offsite.Sent:
    return offsite.send(settings, sidecar, now=now or datetime.now(UTC), pause=NAP)


def of(sidecar: Sidecar) -> list[str]:
    stem = sidecar.file.removesuffix(ARCHIVE)
    return sorted(f"{stem}{kind}" for kind in (ARCHIVE, REGISTERS, SIDECAR))


def test_all_three_files_are_there_with_the_bytes_of_the_folder(town: Home, place: Sftp | Bucket) -> None:
    settings = sending(town, place)
    sidecar = town.made()
    found = sent(settings, sidecar)
    assert found.is_there, found
    assert place.names() == of(sidecar)
    for name in of(sidecar):
        assert place.content(name) == (town.safe.archives / name).read_bytes()
    assert offsite.last(settings.state) == found
    assert not (settings.state / offsite.LOCK).exists()


def test_what_is_too_old_there_goes_and_nothing_that_is_not_ours(town: Home, place: Sftp | Bucket) -> None:
    now, shelf = datetime.now(UTC), town.shelf
    old = [shelf.name(now - 31 * DAY, kind) for kind in (ARCHIVE, REGISTERS, SIDECAR)]
    kept = [
        shelf.name(now - 29 * DAY, ARCHIVE),
        "bollettino-altro-20200101T000000Z.age",
        "bollettino-esempio-alto-20200101T000000Z.age",
        "note.txt",
    ]
    for name in [*old, *kept]:
        place.lay(name)
    settings = sending(town, place)
    sidecar = town.made(now)
    found = sent(settings, sidecar, now)
    assert (found.trouble, sorted(found.removed)) == ("", sorted(old))
    assert place.names() == sorted([*kept, *of(sidecar)])


def test_the_newest_stays_however_old_it_is(town: Home, place: Sftp | Bucket) -> None:
    now = datetime.now(UTC)
    settings = sending(town, place)
    sidecar = town.made(now)
    found = sent(settings, sidecar, now + 400 * DAY)
    assert (found.trouble, found.removed) == ("", [])
    assert place.names() == of(sidecar)


def test_a_wire_that_breaks_is_tried_again(town: Home, place: Sftp | Bucket) -> None:
    with Wire(place.port, [9_000, 0]).running() as wire:
        settings = sending(town, place, wire.port)
        sidecar = town.made()
        found = sent(settings, sidecar)
    assert found.is_there, found
    assert wire.connections > 2
    assert place.names() == of(sidecar)


def test_one_that_goes_on_breaking_costs_no_archive_here_and_leaves_none_there(
    town: Home, place: Sftp | Bucket
) -> None:
    now = datetime.now(UTC)
    before = town.shelf.name(now - 90 * DAY, ARCHIVE)
    place.lay(before)
    with Wire(place.port, [12_000] * 99).running() as wire:
        settings = sending(town, place, wire.port)
        sidecar = town.made(now, 50_000)  # more than the wire lets through
        found = sent(settings, sidecar, now)
    assert found.trouble
    assert sidecar.file not in place.names()
    assert before in place.names(), "the last one there goes only when a new one is there"
    assert set(of(sidecar)) <= set(town.safe.names())
    assert offsite.last(settings.state) == found
    assert sent(sending(town, place), sidecar, now).is_there
    assert [name for name in place.names() if name.startswith(".")] == []
    assert place.names() == of(sidecar)


def test_nobody_at_the_address_is_told_within_seconds(town: Home, place: Sftp | Bucket) -> None:
    wire = Wire(place.port)
    wire._listener.close()
    found = sent(sending(town, place, wire.port), town.made())
    assert found.trouble
    assert town.safe.names()


def test_a_server_that_lives_and_takes_nothing_is_given_up(
    town: Home, sftp: Sftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.backup.sftp.STALLS", 0.4)
    sftp.stalls = True
    found = sent(sending(town, sftp), town.made())
    sftp.stalls = False
    assert "nothing moved any more" in found.trouble
    assert [name for name in sftp.names() if not name.startswith(".")] == []


def test_all_of_it_has_an_end_however_lively_the_server_is(
    town: Home, sftp: Sftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offsite, "PATIENCE", 0.5)
    sftp.stalls = True
    found = sent(sending(town, sftp), town.made())
    sftp.stalls = False
    assert "it took too long" in found.trouble


def test_a_port_that_takes_and_never_answers_is_given_up(
    town: Home, place: Sftp | Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("flows.backup.sftp.ANSWERS", "flows.backup.bucket.ANSWERS", "flows.backup.bucket.STALLS"):
        monkeypatch.setattr(name, 0.3)
    monkeypatch.setattr(offsite, "PAUSES", ())
    monkeypatch.setattr(bucket, "TRIES", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = sent(sending(town, place, silent.getsockname()[1]), town.made())
    assert found.trouble
    assert town.safe.names()


def test_bytes_that_change_on_their_way_never_get_a_name(town: Home, sftp: Sftp) -> None:
    sftp.harm = lambda data: data[:-1] + bytes([data[-1] ^ 1])
    found = sent(sending(town, sftp), town.made())
    assert "reads there otherwise than it was sent" in found.trouble
    assert [name for name in sftp.names() if not name.startswith(".")] == []


def test_an_archive_that_changed_here_is_not_told_as_sent(town: Home, place: Sftp | Bucket) -> None:
    settings = sending(town, place)
    sidecar = town.made()
    path = town.safe.archives / sidecar.file
    path.write_bytes(path.read_bytes()[:-1])
    assert "has changed since it was made" in sent(settings, sidecar).trouble
    path.unlink()
    assert str(path) in sent(settings, sidecar).trouble
    assert place.names() == []


def test_another_host_key_is_refused_before_anybody_signs_in(town: Home, sftp: Sftp, tmp_path: Path) -> None:
    with Sftp(tmp_path / "stranger", client_key=sftp.client_key).running() as stranger:
        found = sent(sending(town, sftp, stranger.port), town.made())
        assert stranger.logins == 0
        assert stranger.names() == []
    assert "backup.offsite.host_keys" in found.trouble
    assert stranger.host_key.get_fingerprint() in found.trouble, "so that it can be compared"
    assert town.safe.names()


def test_a_fingerprint_or_a_line_names_any_key_of_the_server(
    town: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = tuple(asyncssh.generate_private_key(kind) for kind in ("ecdsa-sha2-nistp256", "ssh-rsa"))
    with Sftp(tmp_path / "many", more_keys=more).running() as sftp:
        monkeypatch.setenv(SSH_KEY, sftp.private)
        for key in (sftp.host_key, *more):
            for named in (key.get_fingerprint(), key.export_public_key().decode().strip()):
                assert sent(sending(town, sftp, host_keys=[named]), town.made()).is_there, named
        strange = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
        trouble = sent(sending(town, sftp, host_keys=[strange]), town.made()).trouble
        assert all(key.get_fingerprint() in trouble for key in (sftp.host_key, *more))


def test_a_key_that_is_not_let_in_or_is_none_is_told_without_a_word_of_it(
    town: Home, sftp: Sftp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Sftp(tmp_path / "other")

    def trouble(value: str) -> str:
        monkeypatch.setenv(SSH_KEY, value)
        return sent(sending(town, sftp), town.made()).trouble

    assert f"lay the public half of {SSH_KEY} there" in trouble(other.private)
    assert "must be a private key" in trouble(other.private.replace("b3BlbnNz", "XXXXXXXX"))
    locked = other.client_key.export_private_key("pkcs8-pem", passphrase="made up").decode()
    assert "a passphrase locks it" in trouble(locked)
    assert "cannot be read" in trouble(str(tmp_path / "nowhere"))
    assert f"not set in the environment: {SSH_KEY}" in trouble(" ")
    path = tmp_path / "key"
    path.write_text(sftp.private, encoding="ascii")
    assert trouble(str(path)) == ""


def test_a_folder_that_is_not_there_is_never_made(town: Home, place: Sftp | Bucket) -> None:
    address = f"sftp://copie@127.0.0.1:{place.port}/altrove" if isinstance(place, Sftp) else "s3://altrove"
    found = sent(sending(town, place, address=address), town.made())
    assert "never made by itself" in found.trouble or "none is made by itself" in found.trouble


def test_an_account_that_may_take_nothing_away_still_has_its_copy(town: Home, sftp: Sftp) -> None:
    now = datetime.now(UTC)
    old = town.shelf.name(now - 90 * DAY, ARCHIVE)
    sftp.lay(old)
    sftp.refuses_removal = True
    found = sent(sending(town, sftp), town.made(now), now)
    assert found.is_there, found
    assert f"{old} is too old and stays" in found.warnings[0]


def test_a_large_one_goes_in_parts_and_none_stays_of_one_that_was_broken_off(
    town: Home, store: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.empty()
    monkeypatch.setattr(bucket, "PART", 5 << 20)  # the least that a store of the kind takes
    settings = sending(town, store)
    sidecar = town.made()
    path = town.safe.archives / sidecar.file
    path.write_bytes(os.urandom(11 << 20))
    store.client.create_multipart_upload(Bucket=BUCKET, Key=f"copie/{sidecar.file}")  # of one that was killed
    store.client.create_multipart_upload(Bucket=BUCKET, Key="copie/note.txt")  # of somebody else
    with offsite.opened(settings) as there:
        there.sweep(town.shelf.names.is_ours)
        assert store.begun() == ["copie/note.txt"]
        there.put(sidecar.file, path)
    assert store.content(sidecar.file) == path.read_bytes()
    store.empty()
    monkeypatch.setattr(bucket, "TRIES", 1)
    with Wire(store.port, [1 << 20] * 99).running() as wire:
        broken = sending(town, store, wire.port)
        with pytest.raises(AwayError), offsite.opened(broken) as there:
            there.put(sidecar.file, path)
    assert (store.names(), store.begun()) == ([], [])


def test_wrong_keys_of_a_store_are_told_by_the_variable(town: Home, store: Bucket) -> None:
    """moto judges no signature: what a store answers is laid into its place."""
    from botocore.exceptions import ClientError

    settings = sending(town, store)
    with offsite.opened(settings) as there:
        assert isinstance(there, bucket.Bucket)
        for code, status, words in (
            ("SignatureDoesNotMatch", 403, f"{SECRET_KEY} is not the one"),
            ("InvalidAccessKeyId", 403, f"{ACCESS_KEY} is not known"),
            ("Strange", 400, "it refuses"),
        ):
            answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
            with pytest.raises(RefusedError, match=words), there._told():
                raise ClientError(answer, "PutObject")
        answer = {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
        with pytest.raises(AwayError, match="SlowDown"), there._told():
            raise ClientError(answer, "PutObject")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"endpoint": "https://minio_1:9000"}, "endpoint"),
        ({"region": "eu south 1"}, "region"),
        ({"address": "sftp://u@host..example/copie"}, "host"),
    ],
)
def test_a_place_that_nothing_can_be_at_is_told_and_ends_no_backup(
    town: Home, store: Bucket, sftp: Sftp, changes: dict[str, object], words: str
) -> None:
    """No traceback: a drill that went well here would be lost with it, and a list of the folder, too."""
    place = told(sftp if "address" in changes else store)
    settings = town.safe.profiled(town.settings, offsite={**place, **changes})
    went = sent(settings, town.made())
    assert words in went.trouble
    assert offsite.last(settings.state) == went
    with pytest.raises(RefusedError), offsite.opened(settings):
        pass


def test_configuration_of_a_person_s_is_not_read(
    town: Home, store: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.empty()
    monkeypatch.setenv("AWS_PROFILE", "nobody-s")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert sent(sending(town, store), town.made()).is_there


def test_two_at_once_are_one(town: Home, sftp: Sftp) -> None:
    settings = sending(town, sftp)
    sidecar = town.made()
    with taking.staging(settings.state, offsite.LOCK):
        assert "another process is at it" in sent(settings, sidecar).trouble
    assert sftp.names() == []


def test_a_sending_that_is_killed_has_told_so_before(
    town: Home, sftp: Sftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = sending(town, sftp)
    sidecar = town.made()

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("flows.backup.sftp.Sftp.put", die)
    with pytest.raises(KeyboardInterrupt):
        sent(settings, sidecar)
    found = offsite.last(settings.state)
    assert found is not None
    assert "ended before it was done" in found.trouble
    offsite.forget(settings)
    assert offsite.last(settings.state) is None


def test_without_the_table_nothing_is_asked(town: Home) -> None:
    assert offsite.table(town.settings) is None
    with pytest.raises(RefusedError, match=r"holds no \[backup.offsite\]"):
        offsite.fetch(town.settings, offsite.LATEST, town.shelf.folder)


def test_its_keys_are_read_beside_the_other_secrets(
    town: Home, sftp: Sftp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doctor looks at several things at once: what is missing must stay missing for the others."""
    for name in send_town.SECRETS:
        monkeypatch.delenv(name)
    settings = sending(town, sftp)
    with offsite.opened(settings) as there:
        assert there.sizes() == {}
    with pytest.raises(SettingsError, match="BOLLETTINO_ENCRYPTION_KEYS"):
        _ = settings.secrets
