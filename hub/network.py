"""How Askwell reaches other machines, and that it does so only where it may."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hub import HubError

if TYPE_CHECKING:
    import ssl

    import httpx2

# Hugging Face Inference, for a model of the Hub.
HUGGING_FACE = (
    "https://router.huggingface.co/hf-inference/models/{name}/pipeline/feature-extraction"
)
SILENCE = 30.0  # seconds without a byte, after which a request is given up
CONNECTING = 10.0  # seconds
_LONGEST_QUOTE = 200  # characters of a service's own words


@dataclass(frozen=True, slots=True)
class Network:
    """The settings with which other machines are reached. Proxies come from the environment.

    With `offline`, no connection is ever opened. `ca_bundle` is a PEM file whose certificates are
    trusted beside the usual ones, in every request: that of a company's proxy which inspects TLS,
    for example. `endpoint` is the address of the service that the remote engine asks; None: Hugging
    Face's own. `token` goes to that service and nowhere else, and to the Hub only where there is no
    other service; it is never shown.
    """

    offline: bool = False
    ca_bundle: Path | None = None
    token: str = field(default="", repr=False)
    endpoint: str | None = None

    @property
    def service_host(self) -> str:
        """The host, for people to read, that gets every text where the remote engine is used."""
        try:
            host = urlsplit(self.endpoint or HUGGING_FACE).netloc.rpartition("@")[2]
        except ValueError:
            host = ""
        return host or "the service that FAQ_ENDPOINT names"

    def hub_forbidden_by(self) -> str:
        """Return the setting that forbids connections to the Hub; empty where none does."""
        from huggingface_hub import constants

        if self.offline:
            return "FAQ_OFFLINE"
        return "HF_HUB_OFFLINE" if constants.is_offline_mode() else ""

    def client(self) -> "httpx2.Client":
        """Return a new HTTP client that goes through the environment's proxies and trusts `trust`.

        It follows redirects and gives up on silence. The token is no part of it: who is to get it,
        gets `authorization` with a request. Raises `HubError` where no connection may be opened, or
        the settings are such that none can be.
        """
        import httpx2

        if self.offline:
            raise HubError("FAQ_OFFLINE forbids to open a connection. Set it to no first.")
        trust = self.trust()
        try:
            return httpx2.Client(
                verify=trust,
                mounts=_proxies_behind_tls(trust),
                follow_redirects=True,
                timeout=httpx2.Timeout(SILENCE, connect=CONNECTING),
            )
        except (ImportError, ValueError, httpx2.InvalidURL) as error:
            raise HubError(
                f"The proxy that the environment names cannot be used: {error} Correct "
                f"HTTPS_PROXY, HTTP_PROXY or ALL_PROXY."
            ) from error

    def checked_token(self) -> str:
        """Return the token; empty where there is none. Raises `HubError` where it cannot be one."""
        token = self.token.strip()
        if not token.isascii() or not token.isprintable() or " " in token:
            raise HubError(
                "FAQ_TOKEN (or HF_TOKEN) contains a space or another character that no token has. "
                "Copy the token again."
            )
        return token

    def authorization(self) -> dict[str, str]:
        """Return the headers that carry the token; none where there is no token."""
        token = self.checked_token()
        return {"Authorization": f"Bearer {token}"} if token else {}

    def without_token(self, text: str) -> str:
        """Return what somebody else says, with the token taken out where they send it back."""
        token = self.token.strip()
        return text.replace(token, "(token)") if token else text

    def quoted(self, words: object) -> str:
        """Return a service's own words, to follow a sentence; empty where it said nothing."""
        said = " ".join(self.without_token(words if isinstance(words, str) else "").split())
        if len(said) > _LONGEST_QUOTE:
            said = said[:_LONGEST_QUOTE] + "…"
        return f": {said.rstrip('.')}" if said else ""

    def trust(self) -> "ssl.SSLContext":
        """Return what is trusted: the system's certificates, or SSL_CERT_FILE's where the
        environment names one, and those of `ca_bundle`. Raises `HubError`."""
        import ssl

        import httpx2

        try:
            trust = httpx2.create_ssl_context()
        except OSError as error:
            raise HubError(
                f"The certificates that SSL_CERT_FILE or SSL_CERT_DIR names cannot be read: "
                f"{error.strerror or error}. Correct it, or remove it from the environment."
            ) from error
        if self.ca_bundle is None:
            return trust
        try:
            trust.load_verify_locations(cafile=self.ca_bundle)
        except OSError as error:
            not_pem = "it does not contain certificates in PEM form"
            reason = not_pem if isinstance(error, ssl.SSLError) else error.strerror
            raise HubError(
                f"FAQ_CA_BUNDLE is {self.ca_bundle}, which cannot be used: {reason}. Name a text "
                f"file with -----BEGIN CERTIFICATE----- in it."
            ) from error
        # What is in the bundle is trusted as it is, even if it is no root, or lacks what only the
        # strict reading of the standard asks for: companies' authorities often do.
        trust.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        trust.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return trust

    def reason(self, error: Exception) -> str:
        """Return, in sentences, why a request through `client` failed and what to do about it."""
        import httpx2

        if distrust := distrusted(error):
            said = getattr(distrust, "verify_message", "") or str(distrust)
            remedy = (
                ". Most likely a proxy on the way inspects TLS. Save its certificate as a PEM file "
                "and name that file in FAQ_CA_BUNDLE."
                if self.ca_bundle is None
                else f", though FAQ_CA_BUNDLE adds those in {self.ca_bundle}. If a proxy on the "
                "way inspects TLS, put its certificate into that file."
            )
            return f"The certificate that answered is not trusted: {said}{remedy}"
        said = self.without_token(f"{str(error).rstrip('.') or type(error).__name__}.")
        if isinstance(error, httpx2.ProxyError):
            return f"The proxy refuses: {said} Correct HTTPS_PROXY, with user and password in it."
        if isinstance(error, httpx2.TimeoutException):
            said = "There was no answer in time."
        return f"{said} Check the connection, and HTTPS_PROXY where only a proxy leads out."


def _proxies_behind_tls(trust: "ssl.SSLContext") -> "dict[str, httpx2.HTTPTransport]":
    """Return, by what they lead to, the environment's proxies that are themselves reached over TLS:
    for these as well, the client would otherwise use its usual certificates."""
    from urllib.request import getproxies

    import httpx2

    return {
        f"{scheme}://": httpx2.HTTPTransport(
            verify=trust, proxy=httpx2.Proxy(address, ssl_context=trust)
        )
        for scheme, address in getproxies().items()
        if scheme in ("http", "https", "all") and address.startswith("https://")
    }


def distrusted(error: BaseException | None) -> "ssl.SSLCertVerificationError | None":
    """Return the certificate error that led to `error`; None where there is none."""
    import ssl

    seen: list[BaseException] = []
    while error is not None and error not in seen:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        seen.append(error)
        error = error.__cause__ or error.__context__
    return None
