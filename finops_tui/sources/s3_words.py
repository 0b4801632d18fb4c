"""What errors of AWS and boto3 mean, by the code or the class they come with."""

from __future__ import annotations

from typing import Final

DENIED: Final = frozenset({"AccessDenied", "403", "Forbidden"})
"""Errors that a bucket whose requester pays gives as well."""

TELLING: Final = frozenset({"AccessDenied", "AccessDeniedException"})
"""Errors whose message names the permission that is missing."""

_NO_CREDENTIALS: Final = (
    "no AWS credentials were found; sign in (`aws sso login`), name a --profile, or run where a role is given"
)
_SIGNED_OUT: Final = "the AWS sign-in has run out; sign in again (`aws sso login`)"
_SLOW: Final = "AWS asks to slow down, and kept asking; try again later"
_DENIED_WORDS: Final = "access denied"
ELSEWHERE: Final = "the bucket is in another region; name it with --region"
"""What to say of a redirect that leads nowhere."""

WORDS: Final[dict[str, str]] = {
    "NoCredentialsError": _NO_CREDENTIALS,
    "PartialCredentialsError": "the AWS credentials are only half there; look at the profile",
    "CredentialRetrievalError": "the AWS credentials could not be fetched; look at the profile",
    "ProfileNotFound": "there is no such profile",
    "ConfigParseError": "the AWS configuration file cannot be read",
    "InfiniteLoopConfigError": "the profile's roles refer to each other in a circle",
    "UnauthorizedSSOTokenError": _SIGNED_OUT,
    "SSOTokenLoadError": _SIGNED_OUT,
    "TokenRetrievalError": _SIGNED_OUT,
    "ExpiredToken": _SIGNED_OUT,
    "ExpiredTokenException": _SIGNED_OUT,
    "RequestExpired": _SIGNED_OUT,
    "InvalidAccessKeyId": "AWS does not know the access key of these credentials",
    "InvalidClientTokenId": "AWS does not know the access key of these credentials",
    "UnrecognizedClientException": "AWS does not know the access key of these credentials",
    "InvalidToken": "AWS does not accept the session token of these credentials",
    "SignatureDoesNotMatch": "AWS does not accept the secret key of these credentials",
    "RequestTimeTooSkewed": "this machine's clock is wrong, so AWS refuses its signatures",
    "AccessDenied": _DENIED_WORDS,
    "AccessDeniedException": _DENIED_WORDS,
    "403": _DENIED_WORDS,
    "Forbidden": _DENIED_WORDS,
    "AllAccessDisabled": "access to this bucket is switched off",
    "NoSuchBucket": "there is no such bucket",
    "404": "there is no such bucket or object",
    "NoSuchKey": "the object is gone",
    "InvalidBucketName": "this is no name of a bucket",
    "PermanentRedirect": ELSEWHERE,
    "301": ELSEWHERE,
    "307": ELSEWHERE,
    "AuthorizationHeaderMalformed": ELSEWHERE,
    "IllegalLocationConstraintException": ELSEWHERE,
    "InvalidObjectState": "the object is archived (Glacier); restore it first",
    "SlowDown": _SLOW,
    "503": _SLOW,
    "ServiceUnavailable": _SLOW,
    "Throttling": _SLOW,
    "ThrottlingException": _SLOW,
    "RequestLimitExceeded": _SLOW,
    "LimitExceededException": _SLOW,
    "TooManyRequestsException": _SLOW,
    "AWSOrganizationsNotInUseException": "this account is in no AWS organization",
    "DataUnavailableException": "Cost Explorer has no data for these days yet",
    "SSLError": "the connection is not trusted: its certificate could not be checked",
    "ProxyConnectionError": "the proxy cannot be reached",
}
"""What to say of each."""
