"""How AWS is reached: boto3 with its own chain of credentials, and what went wrong in words.

Keys are boto3's alone: nothing here reads, keeps, logs or prints them, and they are taken out of every
message that somebody else wrote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from finops_tui.sources.model import shown
from finops_tui.sources.s3_words import DENIED, ELSEWHERE, TELLING, WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

NEAREST: Final = "us-east-1"
"""Region to sign for where neither the user nor boto3's chain names one: S3 sends on from there."""

CONNECTIONS: Final = 16
_TRIES: Final = 5
_CONNECT_SECONDS: Final = 10
_READ_SECONDS: Final = 20

_KEY_IDS: Final = re.compile(r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}\b")
_SIGNED: Final = re.compile(
    r"(?i)(X-Amz-[A-Za-z-]+|Signature|AWSAccessKeyId|SecurityToken)([=:]\s*)[^\s&\"'<>]+"
)
_SESSION: Final = "finops-tui"


class PlaceError(ValueError):
    """A place of bills that cannot be read; the message is for the user and holds no secret.

    Attributes:
        code: What AWS calls it, or '' when AWS did not answer.
    """

    def __init__(self, message: str, code: str = "") -> None:
        self.code = code
        super().__init__(message)


class PlaceCancelledError(PlaceError):
    """The user stopped it; what was there before is as it was."""


@dataclass(frozen=True, slots=True)
class Access:
    """What boto3's own chain does not find by itself. There is no place for a key in it.

    Attributes:
        profile: Profile of the AWS configuration files.
        region: Region to ask, in place of the profile's.
        role_arn: Role to take on, with the chain's own credentials.
        endpoint_url: Where an S3-compatible store is; None is AWS.
        requester_pays: Whether the caller pays for requests and transfer.
    """

    profile: str | None = None
    region: str | None = None
    role_arn: str | None = None
    endpoint_url: str | None = None
    requester_pays: bool = False


def check_endpoint(url: str) -> None:
    """Refuse an endpoint that is none, or has a password in it: it is remembered with the source.

    Raises:
        PlaceError: it is so; the message does not repeat it.
    """
    if not url:
        return
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise PlaceError("the endpoint is no URL such as https://storage.example.com")
    if parts.username is not None or parts.query or parts.fragment:
        raise PlaceError("the endpoint must not have a user, a password or a query in it")


class Aws:
    """AWS as one user reaches it."""

    def __init__(self, access: Access) -> None:
        """Find credentials, by boto3's own chain; nothing is sent yet.

        Raises:
            PlaceError: there is no such profile, or the endpoint is no URL.
        """
        import boto3
        from botocore.exceptions import BotoCoreError

        check_endpoint(access.endpoint_url or "")
        self.access = access
        self._own: Any = None
        try:
            self._own = boto3.Session(profile_name=access.profile, region_name=access.region)
            self._session: Any = self._own
            if access.role_arn:
                assumed = _as_role(self._own, access.role_arn)
                self._session = boto3.Session(botocore_session=assumed, region_name=access.region)
        except BotoCoreError as error:
            raise self.problem(error, "AWS") from None

    @property
    def region(self) -> str | None:
        """The region that the user or boto3's chain names."""
        found: str | None = self._session.region_name
        return found

    def client(self, service: str, retries: Literal["standard", "adaptive"] = "standard") -> Any:
        """A client of a service; its calls are retried with growing pauses. Safe for threads.

        Args:
            service: As boto3 names it.
            retries: boto3's way of trying again; `adaptive` slows down where the service throttles.

        Raises:
            PlaceError: the settings boto3 found cannot be used.
        """
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError

        endpoint = self.access.endpoint_url if service == "s3" else None
        config = Config(
            retries={"mode": retries, "max_attempts": _TRIES},
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            max_pool_connections=CONNECTIONS,
            s3={"addressing_style": "path"} if endpoint else None,
        )
        try:
            return self._session.client(
                service,
                region_name=self._session.region_name or NEAREST,
                endpoint_url=endpoint,
                config=config,
            )
        except (BotoCoreError, ValueError) as error:
            raise self.problem(error, "AWS") from None

    def call(self, what: str, function: Callable[..., Any], **arguments: Any) -> Any:
        """Call AWS.

        Args:
            what: What is asked for, for messages: `s3://bucket/prefix`.
            function: A client's method.
            arguments: Its arguments.

        Raises:
            PlaceError: it did not answer what was asked; in words, without secrets.
        """
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.exceptions import HTTPClientError as HttpError
        from botocore.parsers import ResponseParserError

        try:
            return function(**arguments)
        except (BotoCoreError, ClientError, HttpError) as error:
            raise self.problem(error, what) from None
        except ResponseParserError:  # a portal, a proxy, a server of something else
            raise PlaceError(f"{what}: what answered is not AWS, nor like it") from None
        except RecursionError:  # boto3 follows redirects as deep as they go
            raise PlaceError(f"{what}: {ELSEWHERE}") from None

    def problem(self, error: Exception, what: str) -> PlaceError:
        """An error of boto3 in words, with nothing of the caller's keys in it."""
        code, message = _answer(error)
        key = code or type(error).__name__
        words = WORDS.get(key)
        if words is None and isinstance(error, _network()):
            words = "cannot be reached: there is no network, or the endpoint is wrong"
        if words is None:
            said = self.redacted(message or ("" if code else str(error)))
            words = f"AWS says {shown(key)}" + (f": {shown(said, 300)}" if said else "")
        elif key in TELLING and message:
            words += f" ({shown(self.redacted(message), 300)})"
        if key in DENIED and not self.access.requester_pays and what.startswith("s3:"):
            words += "; if its requester pays, say --requester-pays"
        if key == "ProfileNotFound":
            words = f"there is no profile {shown(self.access.profile or '')!r} in the AWS configuration"
        return PlaceError(f"{what}: {words}", code)

    def redacted(self, text: str) -> str:
        """A text without anything of a key, whoever wrote it."""
        for secret in self._secrets():
            text = text.replace(secret, "…")
        return _KEY_IDS.sub("…", _SIGNED.sub(r"\1\2…", text))

    def _secrets(self) -> list[str]:
        """What must not be said; asks for no new credentials."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            found = self._own.get_credentials() if self._own is not None else None
            frozen = found.get_frozen_credentials() if found is not None else None
        except (BotoCoreError, ClientError):
            return []
        return [secret for secret in frozen or () if secret]


def _as_role(session: Any, role_arn: str) -> Any:
    """A botocore session with the credentials of a role, renewed before they run out."""
    from functools import partial

    import botocore.session
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError

    source = session.get_credentials()
    if source is None:
        raise NoCredentialsError
    region = session.region_name or NEAREST
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=partial(session._session.create_client, region_name=region),  # noqa: SLF001  (boto3 has no other way)
        source_credentials=source,
        role_arn=role_arn,
        extra_args={"RoleSessionName": _SESSION},
    )
    assumed: Any = botocore.session.Session()
    assumed.set_config_variable("region", region)
    assumed._credentials = DeferredRefreshableCredentials(  # noqa: SLF001
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )
    return assumed


def _answer(error: Exception) -> tuple[str, str]:
    """Code and message that AWS answered with; blank when it did not answer."""
    response = getattr(error, "response", None)
    told = response.get("Error", {}) if isinstance(response, dict) else {}
    return str(told.get("Code", "")), str(told.get("Message", ""))


def _network() -> tuple[type[Exception], ...]:
    from botocore import exceptions

    return (
        exceptions.HTTPClientError,
        exceptions.ConnectionError,
        exceptions.EndpointConnectionError,
        exceptions.IncompleteReadError,
    )
