"""What the operator sets, read from the environment once, checked at start and frozen."""

import contextlib
import difflib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from formapp.address import UnusableAddress, bare_address
from formapp.errors import HelpCentreError

PREFIX = "FORMAPP_"
SHORTEST_SECRET = 32


_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:\d{1,5})?")


class SettingsError(HelpCentreError):
    """A setting is missing or wrong; the message names its environment variable and the mend."""


# Where nothing leaves the machine.
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def _address(value: str) -> str:
    try:
        return bare_address(value)
    except UnusableAddress as error:
        raise ValueError(str(error)) from None


def _split(listed: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (one.strip() for one in (listed or "").split(","))))


Address = Annotated[str, AfterValidator(_address)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Amount = Annotated[int, Field(ge=1, le=1_000_000)]


class Settings(BaseSettings):
    """Every setting, its default and its meaning; the README's table is made from these descriptions."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    environment: Literal["production", "development"] = Field(
        "production", description="`development` keeps a generated secret in the instance folder and shows mails at /dev/mail/"
    )
    secret_key: SecretStr | None = Field(
        None, description=f"signs the links in mails; at least {SHORTEST_SECRET} characters; required in production"
    )
    secret_key_file: Path | None = Field(None, description="a file that holds the secret key, instead of the variable above")
    secret_key_fallbacks: SecretStr | None = Field(
        None, description="earlier secret keys, separated by commas: what they signed is still believed"
    )
    base_url: str = Field("http://localhost:8000", description="where people reach the site; the links in mails begin with it")
    database_url: str | None = Field(
        None, description="SQLAlchemy URL; PostgreSQL as `postgresql+psycopg://…`; by default SQLite in the instance folder"
    )
    instance_dir: Path = Field(Path("instance"), description="the folder for the database and mails kept as files")
    site_dir: Path = Field(Path("site"), description="the built site")
    policy_file: Path = Field(Path("docs/policy.toml"), description="the support policy")
    team_email: Address | None = Field(
        None, description="where tickets are mailed to; required as soon as an SMTP server is set, and in production"
    )
    editors_email: Address | None = Field(
        None, description="where feedback on articles is mailed to whose owner is no address; by default the team's address"
    )
    edit_url: str | None = Field(
        None,
        description="where an editor changes an article, with `{path}` for its file and `{line}` for the line if it can be named, as in "
        "`https://git.example.com/docs/edit/main/{path}#L{line}`; the mails and the report on feedback link there",
    )
    editing: bool = Field(False, description="shows what readers said on each page; `formapp edit` sets it, on your own machine only")
    bounce_email: Address | None = Field(
        None, description="the envelope sender, which gets bounces; by default the policy's support address"
    )
    smtp_host: str | None = Field(
        None, description="the SMTP server; required in production, unset in development mails are kept as files in the instance folder"
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="how the connection is secured; certificates are always verified, and there is no fallback"
    )
    smtp_username: str | None = Field(None, description="the account to log in with, if any")
    smtp_password: SecretStr | None = Field(None, description="its password")
    smtp_password_file: Path | None = Field(None, description="a file that holds the password, instead of the variable above")
    smtp_ca_file: Path | None = Field(None, description="certificates to trust instead of the system's")
    imap_host: str | None = Field(
        None,
        description="the IMAP server of the mailbox that the policy's support address leads to; unset, no mail is read and replies to the "
        "team's mails go to the customer",
    )
    imap_port: int = Field(993, ge=1, le=65535, description="its port")
    imap_security: Literal["tls", "starttls", "none"] = Field(
        "tls",
        description="how the connection is secured, `none` on this machine only; certificates are always verified, there is no fallback",
    )
    imap_username: str | None = Field(None, description="the mailbox's account")
    imap_password: SecretStr | None = Field(None, description="its password")
    imap_password_file: Path | None = Field(None, description="a file that holds the password, instead of the variable above")
    imap_ca_file: Path | None = Field(None, description="certificates to trust instead of the system's")
    imap_folder: str = Field("INBOX", description="the folder that mail arrives in")
    imap_done_folder: str = Field("Done", description="where a mail is moved once it has been dealt with; made if it is missing")
    imap_review_folder: str = Field("Review", description="where a mail is moved that waits for a person's decision on the queue page")
    imap_unreadable_folder: str = Field("Unreadable", description="where a mail is moved that could not be read")
    receives_mail: bool = Field(
        False, description="`true` where your mail server hands each mail to `formapp mail receive` instead of a mailbox"
    )
    reply_tags: bool = Field(
        True,
        description="whether your mail server delivers `support+anything@…` to the support address; `false` leaves the tag out, and a "
        "reply is recognised by the references in it",
    )
    staff_emails: str | None = Field(
        None,
        description="who may answer customers by replying to the team's mails: addresses separated by commas, `@example.com` for all of a "
        "domain; the team's address is always one of them",
    )
    complaints_email: Address | None = Field(None, description="an address of yours that only complaints are sent to, if there is one")
    authserv_id: str | None = Field(
        None,
        description="the name by which your mail server signs the `Authentication-Results` that it adds on top; unset, none are believed "
        "and only replies to our letters prove who wrote them",
    )
    acknowledgements_per_domain_per_hour: Count = Field(50, description="cap on acknowledgements to one domain")
    acknowledgements_per_hour: Count = Field(500, description="cap on all acknowledgements")
    unproven_acknowledgements_per_hour: Count = Field(
        20, description="cap on acknowledgements of requests that came without a proof of work"
    )
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = Field(
        0, description="how many proxies of yours stand in front and add to `X-Forwarded-For`; the example for nginx is 1"
    )
    submissions_per_hour: Amount = Field(30, description="how many forms one client may send in an hour; a complaint is taken all the same")
    uploads_per_hour: Amount = Field(100, description="how many files one client may add in an hour")
    redis_url: SecretStr | None = Field(
        None, description="Redis, where the two limits above are counted for several web processes together; by default each counts alone"
    )
    clamd: str | None = Field(
        None, description="a ClamAV daemon that scans files: `host:port` or its socket's path; by default files are not scanned"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="how much is logged, as JSON lines on standard error"
    )

    @field_validator("base_url")
    @classmethod
    def _an_origin(cls, url: str) -> str:
        wrong = ValueError("must be a scheme and a host, like https://support.example.com")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise wrong from None
        if not _ORIGIN.fullmatch(url.rstrip("/").lower()):
            raise wrong
        # As a browser names it in its Origin header.
        usual = {"http": 80, "https": 443}[parts.scheme]
        host = f"[{host}]" if ":" in host else host
        return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")

    @field_validator("staff_emails")
    @classmethod
    def _a_list(cls, listed: str | None) -> str | None:
        for one in _split(listed):
            # A domain stands for any of its addresses.
            _address(f"somebody{one}" if one.startswith("@") else one)
        return listed

    @field_validator("edit_url")
    @classmethod
    def _a_template(cls, url: str | None) -> str | None:
        if url is not None and (not url.startswith(("https://", "http://")) or "{path}" not in url):
            raise ValueError("must be an address with {path} in it, like https://git.example.com/docs/edit/main/{path}#L{line}")
        return url

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.editing and not self.development:
            raise ValueError(f"{PREFIX}EDITING is for an editor's own machine: unset it, or run `formapp edit`")
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError(f"{PREFIX}SMTP_USERNAME and {PREFIX}SMTP_PASSWORD go together: set both or neither")
        if self.smtp_username and self.smtp_security == "none":
            raise ValueError(f"{PREFIX}SMTP_SECURITY is none, which would send the password in the clear: use starttls or tls")
        if self.imap_host and (self.imap_username is None or self.imap_password is None):
            raise ValueError(f"{PREFIX}IMAP_HOST needs {PREFIX}IMAP_USERNAME and {PREFIX}IMAP_PASSWORD: set them, or unset it")
        if self.imap_host and self.imap_security == "none" and self.imap_host not in _THIS_MACHINE:
            raise ValueError(f"{PREFIX}IMAP_SECURITY is none, which would send the password in the clear: use tls or starttls")
        return self

    @property
    def development(self) -> bool:
        """Whether this is somebody's own machine and not the public service."""
        return self.environment == "development"

    @property
    def database(self) -> str:
        """The database's URL, the embedded one unless another is set."""
        return self.database_url or f"sqlite:///{self.instance_dir.absolute() / 'helpcentre.db'}"

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """The secret that signs, which read_settings has seen to, and after it those that are still believed."""
        assert self.secret_key is not None
        earlier = self.secret_key_fallbacks.get_secret_value() if self.secret_key_fallbacks else ""
        return (self.secret_key.get_secret_value(), *_split(earlier))

    @property
    def staff(self) -> tuple[str, ...]:
        """Who may answer by mail beside the team's address: addresses, and domains with their @."""
        return _split(self.staff_emails)

    @property
    def reads_mail(self) -> bool:
        """Whether mail to the support address reaches us."""
        return self.imap_host is not None or self.receives_mail


def read_settings(environ: Mapping[str, str] | None = None, *, serving: bool = True) -> Settings:
    """Return the settings of the environment; raise SettingsError naming each variable that is wrong.

    With `serving` False, for commands that neither make links nor send mail, what only those need may be missing.
    """
    given = {name: value for name, value in (os.environ if environ is None else environ).items() if name.startswith(PREFIX)}
    known = {f"{PREFIX}{field.upper()}" for field in Settings.model_fields}
    for name in sorted(given.keys() - known):
        close = difflib.get_close_matches(name, known, n=1)
        raise SettingsError(f"{name} is not a setting: {f'did you mean {close[0]}?' if close else 'remove it; the README lists them'}")
    values = {name.removeprefix(PREFIX).lower(): value for name, value in given.items() if value.strip()}
    for field in ("secret_key", "smtp_password", "imap_password"):
        if f"{field}_file" in values:
            if field in values:
                raise SettingsError(f"{PREFIX}{field.upper()} and {PREFIX}{field.upper()}_FILE are both set: keep one of them")
            values[field] = _file_text(values[f"{field}_file"], f"{PREFIX}{field.upper()}_FILE")
    if values.get("environment") == "development" and "secret_key" not in values:
        values["secret_key"] = _kept_secret(Path(values.get("instance_dir", Settings.model_fields["instance_dir"].default)))
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("\n".join(_in_plain_words(problem["loc"], problem["msg"]) for problem in error.errors())) from None
    if serving:
        _require_secret(settings)
        _require_mail(settings)
    return settings


def _require_secret(settings: Settings) -> None:
    key = f"{PREFIX}SECRET_KEY"
    if settings.secret_key is None:
        raise SettingsError(
            f'{key} is missing: set it to a random text, for example from `python3 -c "import secrets; print(secrets.token_urlsafe(48))"`; '
            f"on your own machine set {PREFIX}ENVIRONMENT=development instead"
        )
    for name, secret in zip((key, *[f"{key}_FALLBACKS"] * len(settings.signing_keys)), settings.signing_keys, strict=False):
        if len(secret) < SHORTEST_SECRET or len(set(secret)) < 10:
            raise SettingsError(f"{name} is too short or too plain to sign links with: use at least {SHORTEST_SECRET} random characters")


def _require_mail(settings: Settings) -> None:
    if settings.team_email is None and (settings.smtp_host or not settings.development):
        raise SettingsError(f"{PREFIX}TEAM_EMAIL is missing: set the address that tickets are mailed to")
    if settings.smtp_host is None and not settings.development:
        raise SettingsError(f"{PREFIX}SMTP_HOST is missing: set the SMTP server that sends the mails")


def _file_text(path: str, variable: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{variable}: {path} cannot be read: {error.__class__.__name__}: correct the path or its permissions") from None


def _kept_secret(instance_dir: Path) -> str:
    """Return the development secret, made on the first start and kept so that links outlive a restart."""
    path = instance_dir / "secret-key"
    try:
        instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # Written whole under another name first: a start that is cut off must not leave half a key.
            unfinished = path.with_name(f"secret-key.{os.getpid()}")
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):
                os.link(unfinished, path)
            unfinished.unlink()
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise SettingsError(
            f"{path} cannot be written: {error.strerror}: correct the folder's permissions or set {PREFIX}INSTANCE_DIR"
        ) from None


def _in_plain_words(location: tuple[int | str, ...], message: str) -> str:
    message = message.removeprefix("Value error, ")
    if not location:
        return message
    return f"{PREFIX}{str(location[0]).upper()}: {message[:1].lower()}{message[1:]}: correct it"
