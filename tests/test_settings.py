import os
import stat
from pathlib import Path

import pytest

from formapp.runtime import Runtime
from formapp.settings import SettingsError, read_settings
from tests.conftest import POLICY

SECRET = "kJ8x-Qm2_vT5wY9zB4nR7pL1sD6fG3hA0cE"
PRODUCTION = {"FORMAPP_SECRET_KEY": SECRET, "FORMAPP_TEAM_EMAIL": "team@example.org", "FORMAPP_SMTP_HOST": "mail.example.org"}


def test_production_is_the_default_and_needs_a_secret_a_team_and_a_mail_server():
    settings = read_settings(PRODUCTION)
    assert settings.environment == "production"
    assert settings.signing_keys[0] == SECRET


@pytest.mark.parametrize("name", list(PRODUCTION))
def test_what_production_needs_is_never_guessed(name: str):
    with pytest.raises(SettingsError, match=name):
        read_settings({key: value for key, value in PRODUCTION.items() if key != name})


def test_a_command_that_serves_nobody_needs_none_of_it():
    assert read_settings({}, serving=False).environment == "production"


@pytest.mark.parametrize("secret", ["short", "x" * 64, "abababababababababababababababababababab", " "])
def test_a_short_or_plain_secret_is_refused(secret: str):
    with pytest.raises(SettingsError, match="FORMAPP_SECRET_KEY"):
        read_settings(PRODUCTION | {"FORMAPP_SECRET_KEY": secret})


def test_earlier_keys_come_after_the_one_that_signs_and_none_is_shown():
    earlier = SECRET[::-1]
    settings = read_settings(PRODUCTION | {"FORMAPP_SECRET_KEY_FALLBACKS": f" {earlier} ,, {earlier.swapcase()}, "})
    assert settings.signing_keys == (SECRET, earlier, earlier.swapcase())
    assert earlier not in repr(settings)
    assert read_settings(PRODUCTION | {"FORMAPP_SECRET_KEY_FALLBACKS": ""}).signing_keys == (SECRET,)


def test_no_proxy_is_trusted_and_nobody_is_asked_for_redis_or_a_scanner_unless_it_is_set():
    settings = read_settings(PRODUCTION)
    assert (settings.trusted_proxies, settings.redis_url, settings.clamd) == (0, None, None)


def test_development_makes_a_secret_once_and_keeps_it_to_itself(tmp_path: Path):
    environ = {"FORMAPP_ENVIRONMENT": "development", "FORMAPP_INSTANCE_DIR": str(tmp_path / "instance")}
    first, second = read_settings(environ), read_settings(environ)
    assert first.signing_keys == second.signing_keys
    assert len(first.signing_keys[0]) >= 32
    assert stat.S_IMODE(os.stat(tmp_path / "instance" / "secret-key").st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FORMAPP_SMTP_HSOT", "x", "did you mean FORMAPP_SMTP_HOST"),
        ("FORMAPP_NOTHING_LIKE_IT", "x", "is not a setting"),
        ("FORMAPP_SMTP_PORT", "abc", "FORMAPP_SMTP_PORT"),
        ("FORMAPP_SMTP_PORT", "70000", "FORMAPP_SMTP_PORT"),
        ("FORMAPP_SMTP_SECURITY", "maybe", "FORMAPP_SMTP_SECURITY"),
        ("FORMAPP_ENVIRONMENT", "prod", "FORMAPP_ENVIRONMENT"),
        ("FORMAPP_BASE_URL", "support.example.org", "FORMAPP_BASE_URL"),
        ("FORMAPP_BASE_URL", "https://support.example.org/help", "FORMAPP_BASE_URL"),
        ("FORMAPP_BASE_URL", "https://me:secret@support.example.org", "FORMAPP_BASE_URL"),
        ("FORMAPP_BASE_URL", "https://support.example.org:99999", "FORMAPP_BASE_URL"),
        ("FORMAPP_BASE_URL", "https://support.example.org:abc", "FORMAPP_BASE_URL"),
        ("FORMAPP_BASE_URL", "https://support example.org", "FORMAPP_BASE_URL"),
        ("FORMAPP_BASE_URL", "https://support.example.org\\@evil.example", "FORMAPP_BASE_URL"),
        ("FORMAPP_TEAM_EMAIL", "-team@example.org", "FORMAPP_TEAM_EMAIL"),
        ("FORMAPP_TEAM_EMAIL", "a=?b@example.org", "FORMAPP_TEAM_EMAIL"),
        ("FORMAPP_TEAM_EMAIL", "team", "FORMAPP_TEAM_EMAIL"),
        ("FORMAPP_TEAM_EMAIL", "a@example.org\nBcc: b@example.org", "FORMAPP_TEAM_EMAIL"),
        ("FORMAPP_SMTP_USERNAME", "me", "FORMAPP_SMTP_PASSWORD"),
        ("FORMAPP_SECRET_KEY_FILE", "/nowhere", "both set"),
        ("FORMAPP_SMTP_PASSWORD_FILE", "/nowhere", "cannot be read"),
        ("FORMAPP_LOG_LEVEL", "LOUD", "FORMAPP_LOG_LEVEL"),
        ("FORMAPP_SECRET_KEY_FALLBACKS", "short", "FORMAPP_SECRET_KEY_FALLBACKS is too short"),
        ("FORMAPP_SECRET_KEY_FALLBACKS", f"{SECRET},{'x' * 64}", "FORMAPP_SECRET_KEY_FALLBACKS is too short"),
        ("FORMAPP_TRUSTED_PROXIES", "-1", "FORMAPP_TRUSTED_PROXIES"),
        ("FORMAPP_TRUSTED_PROXIES", "11", "FORMAPP_TRUSTED_PROXIES"),
        ("FORMAPP_SUBMISSIONS_PER_HOUR", "0", "FORMAPP_SUBMISSIONS_PER_HOUR"),
        ("FORMAPP_UPLOADS_PER_HOUR", "many", "FORMAPP_UPLOADS_PER_HOUR"),
        ("FORMAPP_UNPROVEN_ACKNOWLEDGEMENTS_PER_HOUR", "-1", "FORMAPP_UNPROVEN_ACKNOWLEDGEMENTS_PER_HOUR"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(name: str, value: str, said: str):
    with pytest.raises(SettingsError) as refused:
        read_settings(PRODUCTION | {name: value})
    assert said in str(refused.value)


def test_no_refusal_repeats_a_secret():
    with pytest.raises(SettingsError) as refused:
        read_settings(PRODUCTION | {"FORMAPP_SECRET_KEY": "tooshort-hunter2", "FORMAPP_SMTP_PORT": "0"})
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(refused.value)


def test_secrets_may_come_from_files(tmp_path: Path):
    (tmp_path / "key").write_text(SECRET + "\n")
    (tmp_path / "password").write_text("s3cret\n")
    environ = {key: value for key, value in PRODUCTION.items() if key != "FORMAPP_SECRET_KEY"}
    settings = read_settings(
        environ
        | {
            "FORMAPP_SECRET_KEY_FILE": str(tmp_path / "key"),
            "FORMAPP_SMTP_USERNAME": "me",
            "FORMAPP_SMTP_PASSWORD_FILE": str(tmp_path / "password"),
        }
    )
    assert settings.signing_keys[0] == SECRET
    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == "s3cret"
    assert "s3cret" not in repr(settings)


def test_a_password_is_never_sent_in_the_clear():
    with pytest.raises(SettingsError, match="in the clear"):
        read_settings(PRODUCTION | {"FORMAPP_SMTP_USERNAME": "me", "FORMAPP_SMTP_PASSWORD": "s3cret", "FORMAPP_SMTP_SECURITY": "none"})


def test_an_empty_variable_is_as_good_as_none():
    assert read_settings(PRODUCTION | {"FORMAPP_BOUNCE_EMAIL": "", "FORMAPP_SMTP_PORT": " "}).smtp_port == 587


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://support.example.org/", "https://support.example.org"),
        ("https://Support.Example.ORG", "https://support.example.org"),
        ("https://support.example.org:443", "https://support.example.org"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_the_base_url_is_kept_as_a_browser_names_it(given: str, kept: str):
    assert read_settings(PRODUCTION | {"FORMAPP_BASE_URL": given}).base_url == kept


IMAP = {"FORMAPP_IMAP_HOST": "mail.example.org", "FORMAPP_IMAP_USERNAME": "support", "FORMAPP_IMAP_PASSWORD": "secret words"}


def test_mail_is_read_where_there_is_a_mailbox_or_somebody_hands_it_over():
    assert not read_settings(PRODUCTION).reads_mail
    settings = read_settings(PRODUCTION | IMAP)
    assert (settings.reads_mail, settings.imap_port, settings.imap_security, settings.imap_folder) == (True, 993, "tls", "INBOX")
    assert "secret words" not in repr(settings)
    assert read_settings(PRODUCTION | {"FORMAPP_RECEIVES_MAIL": "true"}).reads_mail


def test_the_mailboxs_password_may_lie_in_a_file(tmp_path: Path):
    (tmp_path / "password").write_text("secret words\n")
    given = {**IMAP, "FORMAPP_IMAP_PASSWORD": "", "FORMAPP_IMAP_PASSWORD_FILE": str(tmp_path / "password")}
    password = read_settings(PRODUCTION | given).imap_password
    assert password
    assert password.get_secret_value() == "secret words"


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"FORMAPP_IMAP_USERNAME": ""}, "FORMAPP_IMAP_USERNAME"),
        ({"FORMAPP_IMAP_PASSWORD": ""}, "FORMAPP_IMAP_PASSWORD"),
        ({"FORMAPP_IMAP_SECURITY": "none"}, "FORMAPP_IMAP_SECURITY is none"),
        ({"FORMAPP_IMAP_SECURITY": "ssl"}, "FORMAPP_IMAP_SECURITY"),
        ({"FORMAPP_IMAP_PORT": "0"}, "FORMAPP_IMAP_PORT"),
        ({"FORMAPP_STAFF_EMAILS": "lee@example.org, kim"}, "FORMAPP_STAFF_EMAILS"),
        ({"FORMAPP_STAFF_EMAILS": "@"}, "FORMAPP_STAFF_EMAILS"),
        ({"FORMAPP_COMPLAINTS_EMAIL": "complaints"}, "FORMAPP_COMPLAINTS_EMAIL"),
        ({"FORMAPP_REPLY_TAGS": "perhaps"}, "FORMAPP_REPLY_TAGS"),
    ],
)
def test_what_is_wrong_with_the_settings_of_mail_in_is_named(changes: dict[str, str], named: str):
    with pytest.raises(SettingsError, match=named):
        read_settings(PRODUCTION | IMAP | changes)


def test_staff_are_addresses_and_whole_domains():
    assert read_settings(PRODUCTION | {"FORMAPP_STAFF_EMAILS": " lee@example.org ,@paypaplane.example, "}).staff == (
        "lee@example.org",
        "@paypaplane.example",
    )


@pytest.mark.parametrize("way", [IMAP, {"FORMAPP_RECEIVES_MAIL": "true"}])
@pytest.mark.parametrize("team", ["support@billycart.com", "Support@Billycart.com", "support+team@billycart.com"])
def test_our_letters_to_the_team_must_not_come_straight_back(way: dict[str, str], team: str):
    given = PRODUCTION | {"FORMAPP_POLICY_FILE": str(POLICY), "FORMAPP_TEAM_EMAIL": team}
    with pytest.raises(SettingsError, match="FORMAPP_TEAM_EMAIL is the support address"):
        Runtime.start(read_settings(given | way))
