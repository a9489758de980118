"""What a target is configured with, and what stops the start."""

import json
from base64 import b64encode

import pytest

from model import configuration
from model.errors import ConfigurationInvalid
from service.settings import check
from service.storage.outbox import EVENTS, LAID, MOVED
from tests.service.delivery.parts import SECRET

WEBHOOK = {"kind": "webhook", "desk": "orders", "url": "https://hooks.example.com/loket", "secret": SECRET}
EMAIL = {
    "kind": "email", "desk": "orders", "to": "orders@example.com", "sender": "loket@example.com",
    "host": "mail.example.com",
}  # fmt: skip


def settings_of(*targets, **variables):
    return check(configuration.read({"LOKET_DELIVERIES": json.dumps(targets)} | variables))


def a_secret(size):
    return "whsec_" + b64encode(b"x" * size).decode()


def test_without_deliveries_nothing_is_delivered():
    assert not any(check(configuration.read({})).outbox().targets.values())


def test_a_target_of_one_desk_gets_that_desks_tickets():
    outbox = settings_of(WEBHOOK).outbox()

    assert {desk: names for desk, names in outbox.targets.items() if names} == {"orders": ("webhook_orders",)}
    assert outbox.events == {"webhook_orders": EVENTS}


def test_a_target_may_be_of_several_desks_or_of_all():
    several, everything = WEBHOOK | {"desk": ["orders", "care"]}, EMAIL | {"desk": "*", "name": "archive"}

    targets = settings_of(several, everything).outbox().targets

    assert targets["care"] == ("webhook_orders_care", "archive")
    assert targets["triage"] == ("archive",)


def test_a_mailbox_is_told_of_what_a_person_wants_to_know():
    assert settings_of(EMAIL).outbox().events == {"email_orders": (LAID, MOVED)}


def test_the_file_is_as_the_documents_show_it(tmp_path):
    file = tmp_path / "loket.toml"
    file.write_text(
        "[[deliveries]]\nname = 'shop'\nkind = 'webhook'\ndesk = 'orders'\nurl = 'https://hooks.example.com/'\n"
        f"secret = ['{SECRET}', '{a_secret(64)}']\n[[deliveries]]\nname = 'mail'\nkind = 'email'\ndesk = '*'\n"
        "to = 'orders@example.com'\nsender = 'loket@example.com'\nhost = 'mail.example.com'\nuser = 'loket'\n"
    )

    found = check(configuration.read({"LOKET_DELIVERIES__MAIL__PASSWORD": "secret"}, str(file)))

    shop, mail = found.deliveries
    assert (len(shop.signing_keys()), mail.password.get_secret_value(), mail.port_used) == (2, "secret", 587)
    assert "secret" not in repr(mail)
    assert SECRET not in repr(shop)


def test_a_variable_for_a_target_that_there_is_not_is_named(tmp_path):
    file = tmp_path / "loket.toml"
    file.write_text("[[deliveries]]\nname = 'shop'\n")

    with pytest.raises(
        ConfigurationInvalid, match="LOKET_DELIVERIES__MAIL__PASSWORD: there is no table named mail"
    ):
        configuration.read({"LOKET_DELIVERIES__MAIL__PASSWORD": "secret"}, str(file))


WRONG = [
    (WEBHOOK | {"kind": "fax"}, "kind"),
    (WEBHOOK | {"desk": "nobody"}, "there is no desk 'nobody'"),
    (WEBHOOK | {"desk": []}, "at least 1 item"),
    (WEBHOOK | {"events": ["ticket.eaten"]}, "is none of ticket.laid"),
    (WEBHOOK | {"color": "red"}, "is not a key that Loket knows"),
    (WEBHOOK | {"secret": "whsec_c2hvcnQ="}, "24 to 64 random bytes"),
    (WEBHOOK | {"secret": a_secret(23)}, "24 to 64 random bytes"),
    (WEBHOOK | {"secret": a_secret(65)}, "24 to 64 random bytes"),
    (WEBHOOK | {"secret": SECRET.removeprefix("whsec_")}, "24 to 64 random bytes"),
    (WEBHOOK | {"secret": "whsec_!!!!"}, "24 to 64 random bytes"),
    (WEBHOOK | {"secret": []}, "at least 1 item"),
    (WEBHOOK | {"url": "http://hooks.example.com/"}, "plain http needs allow_private = true"),
    (WEBHOOK | {"url": "https://anna:pw@hooks.example.com/"}, "user name or password"),
    (WEBHOOK | {"url": "https://hooks.example.com/a b"}, "holds a blank"),
    (WEBHOOK | {"url": "https://hooks.example.com:0/"}, "has no port"),
    (WEBHOOK | {"url": "https://hooks.example.com:99999/"}, "ort"),
    (WEBHOOK | {"url": "file:///etc/passwd"}, "is not an http or https address"),
    (WEBHOOK | {"ca_file": "/nowhere.pem"}, "is not a file of certificates"),
    (WEBHOOK | {"concurrency": 0}, "greater than or equal to 1"),
    (EMAIL | {"security": "none"}, "only for a mail server on this machine"),
    (EMAIL | {"to": "orders@example.com, all@example.com"}, "is not one e-mail address"),
    (EMAIL | {"to": "orders@example.com\nBcc: all@example.com"}, "is not one e-mail address"),
    (EMAIL | {"sender": "Loket"}, "is not one e-mail address"),
    (EMAIL | {"user": "loket"}, "user and password need each other"),
    (EMAIL | {"host": "mail example"}, "should match pattern"),
]


@pytest.mark.parametrize(("target", "said"), WRONG)
def test_a_wrong_target_stops_the_start_with_one_line(target, said):
    with pytest.raises(ConfigurationInvalid) as refused:
        settings_of(target)

    line = str(refused.value)
    assert line.startswith("LOKET_DELIVERIES: deliveries.")
    assert said in line
    assert "\n" not in line
    assert SECRET not in line


def test_two_targets_of_one_name_are_refused():
    with pytest.raises(ConfigurationInvalid, match="is there twice"):
        settings_of(WEBHOOK, WEBHOOK)


def test_a_mail_server_on_this_machine_needs_no_encryption():
    (mail,) = settings_of(EMAIL | {"security": "none", "host": "127.0.0.1"}).deliveries

    assert mail.port_used == 25
