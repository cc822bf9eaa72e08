"""Credentials come from where AWS tools look, and are checked by a server that knows one user."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.errors import SettingsError, StorageError
from holdfast_s3.scratch_server import ScratchServer

MakeStore = Callable[..., Any]

EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
}
BUCKET = "guarded-bucket"


@pytest.fixture(scope="module")
def guarded(s3_server: Any) -> tuple[Any, str, str]:
    """Another server, which checks signatures, and the keys of the one user it knows."""
    server = ScratchServer.start()
    users = server.client("iam")
    users.create_user(UserName="ann")
    users.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
    key = users.create_access_key(UserName="ann")["AccessKey"]
    server.client().create_bucket(Bucket=BUCKET)
    plain = {"Content-Type": "text/plain"}
    urllib.request.urlopen(
        urllib.request.Request(f"{server.url}/moto-api/reset-auth", data=b"0", headers=plain)
    ).close()
    return server, key["AccessKeyId"], key["SecretAccessKey"]


@pytest.fixture
def connect(guarded: Any, make_store: MakeStore) -> MakeStore:
    """Makes stores on the server that checks signatures."""
    return lambda **options: make_store(**{"base": f"s3://{BUCKET}", "endpoint": guarded[0].url, **options})


@pytest.fixture
def write_profile(guarded: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes the user's keys under a profile of the AWS files, and takes those of the environment away."""

    def write(name: str) -> None:
        _, key, secret = guarded
        text = f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
        (tmp_path / ".aws").mkdir()
        (tmp_path / ".aws" / "credentials").write_text(text)
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    return write


def test_keys_come_from_the_environment(
    guarded: Any, connect: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's are accepted, and another secret is not; the message has the server's reason."""
    _, key, secret = guarded
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    store = connect()
    store.put("a", "text")
    assert store.get("a") == "text"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(StorageError, match="PermissionDeniedError: SignatureDoesNotMatch: ") as caught:
        connect().get("a")
    assert secret not in str(caught.value)


@pytest.mark.parametrize("profile", ["default", "lake"])
def test_keys_come_from_the_users_files(
    connect: MakeStore, write_profile: Any, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    """Under the profile that the environment names, or the default one."""
    write_profile(profile)
    if profile != "default":
        monkeypatch.setenv("AWS_PROFILE", profile)
    store = connect()
    store.put("a", profile)
    assert store.get("a") == profile


def test_the_environment_goes_before_the_files(
    connect: MakeStore, write_profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in all AWS tools."""
    write_profile("default")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    with pytest.raises(StorageError, match="InvalidAccessKeyId"):
        connect().put("a", "text")


def test_a_profile_that_is_not_there_is_an_error(
    connect: MakeStore, write_profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names it."""
    write_profile("default")
    monkeypatch.setenv("AWS_PROFILE", "lkae")
    with pytest.raises(SettingsError, match=r"credentials cannot be read: .*lkae"):
        connect()


def test_files_without_boto3_are_an_error(
    connect: MakeStore, write_profile: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message has the command that installs it."""
    write_profile("default")
    monkeypatch.delitem(sys.modules, "obstore.auth.boto3", raising=False)
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(SettingsError, match=r'pip install "holdfast-s3\[profiles\]"'):
        connect()


def test_anonymous_sends_no_credentials(
    guarded: Any, connect: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even those that are there: the server does not know who asks."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", guarded[1])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", guarded[2])
    with pytest.raises(StorageError, match="PermissionDeniedError"):
        connect(anonymous=True).put("a", "text")


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"])
def test_the_environment_may_name_the_endpoint(
    make_store: MakeStore, s3_server: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Where the settings do not."""
    monkeypatch.setenv(name, s3_server.url)
    store = make_store(endpoint=None)
    store.put("a", "text")
    assert store.get("a") == "text"


def test_settings_name_the_endpoint_before_the_environment(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint in the settings is the one that is asked."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    make_store().put("a", "text")


def test_the_region_is_signed(make_store: MakeStore, wire: Any) -> None:
    """Requests are for the region of the settings."""
    make_store(endpoint=wire.url, region="eu-central-1").put("a", "text")
    assert b"/eu-central-1/s3/aws4_request" in wire.sent
