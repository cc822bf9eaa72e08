"""How a bucket is reached: where the store is, and who asks."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
from obstore.store import S3Store

from holdfast.errors import SettingsError

__all__ = ["Connection", "split_url"]

_CLIENT: dict[str, Any] = {"connect_timeout": "10s", "read_timeout": "60s", "timeout": "6h"}
_RETRIES: Any = {"max_retries": 5, "retry_timeout": timedelta(seconds=60)}

_SHARED_FILES = {
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
    "AWS_CONFIG_FILE": "~/.aws/config",
}


def split_url(url: object) -> tuple[str, str] | None:
    """Return the bucket and the key or prefix of ``s3://bucket/key``; ``None`` for anything else."""
    if not isinstance(url, str) or not url.startswith("s3://"):
        return None
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return (bucket, key) if bucket else None


@attrs.frozen
class Connection:
    """How buckets are reached. Credentials are none of its parts: they come from the environment.

    Attributes:
        what: who is connected, for messages, such as ``IO manager 's3'``.
        endpoint: the URL of the store; ``None`` for that of the environment, else AWS.
        region: the region; ``None`` for that of the environment.
        anonymous: whether to send no credentials, as public buckets allow.
    """

    what: str
    endpoint: str | None = None
    region: str | None = None
    anonymous: bool = False

    def __attrs_post_init__(self) -> None:
        if self.endpoint is not None and not str(self.endpoint).startswith(("http://", "https://")):
            raise self.refused(
                "endpoint", f"is a URL such as 'https://s3.example.org', not {self.endpoint!r}."
            )
        if not isinstance(self.region, str | None):
            raise self.refused("region", f"is a name such as 'eu-central-1', not {self.region!r}.")
        if not isinstance(self.anonymous, bool):
            raise self.refused("anonymous", f"is true or false, not {self.anonymous!r}.")

    def refused(self, option: str, problem: str) -> SettingsError:
        """Return the error that says what is wrong with an option."""
        return SettingsError(self.what, option, problem)

    def open(self, bucket: str) -> S3Store:
        """Return the client of a bucket; nothing is asked of the store yet.

        Raises:
            SettingsError: the credentials are in files that need boto3, or the client refuses the settings.
        """
        config: dict[str, Any] = {"skip_signature": True} if self.anonymous else {}
        environment = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        endpoint = self.endpoint or environment
        if endpoint is not None:
            # The client reads two settings for it from the environment, and prefers this one.
            config["aws_endpoint_url_s3"] = endpoint
        if self.region is not None:
            config["region"] = self.region
        provider = None if self.anonymous else self._from_files()
        options: Any = {**_CLIENT, "allow_http": (endpoint or "").startswith("http://")}
        try:
            return S3Store(
                bucket,
                config=config,  # type: ignore[arg-type]
                client_options=options,
                retry_config=_RETRIES,
                credential_provider=provider,
            )
        except Exception as error:  # it has errors of its own for what it finds in settings and environment
            raise SettingsError(self.what, "", f"{bucket!r}: {error}") from error

    def _from_files(self) -> Any:
        """Return what gives the credentials of the user's AWS files, ``None`` to leave them to the client.

        The client itself reads the environment, and asks the machine or container it runs on.
        """
        if os.environ.get("AWS_ACCESS_KEY_ID") or not _aws_files(os.environ):
            return None
        try:
            from obstore.auth.boto3 import Boto3CredentialProvider  # costly: it imports boto3
        except ModuleNotFoundError as error:
            raise SettingsError(
                self.what,
                "",
                "The AWS credentials are in files of this user, and reading them needs boto3. "
                'Run: pip install "holdfast-s3[profiles]", or set AWS_ACCESS_KEY_ID and its secret.',
            ) from error
        try:
            return Boto3CredentialProvider()
        except ValueError:
            return None  # there are files, and no credentials in them
        except Exception as error:  # what botocore says of a profile that is not there, and the like
            raise SettingsError(self.what, "", f"The AWS credentials cannot be read: {error}") from error


def _aws_files(environment: Mapping[str, str]) -> bool:
    files = (environment.get(name, default) for name, default in _SHARED_FILES.items())
    return "AWS_PROFILE" in environment or any(Path(file).expanduser().exists() for file in files)
