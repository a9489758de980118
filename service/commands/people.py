"""`loket users` and `loket keys`: who may do what."""

import sys
from datetime import UTC, datetime

import click

from model.configuration import Configuration
from service import access
from service.commands.options import as_json, command_of, known_desks, open_store, tell
from service.errors import NotFound


def _check_name(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not 0 < len(name) <= 100 or not name.isprintable() or name != name.strip():
        raise click.BadParameter("has 1 to 100 printable characters, and no blanks around them")
    return name


_new_name = click.argument("name", callback=_check_name)
_desk = click.option("--desk", "desks", multiple=True, help="A desk; repeatable.")


@click.group("users")
def users() -> None:
    """People who sign in to the inbox.

    Example: loket users create anna --role agent --desk orders
    """


@users.command("create")
@_new_name
@click.option("--role", type=click.Choice(access.ROLES), required=True)
@_desk
@command_of
def create_user(name: str, role: str, desks: tuple[str, ...], configuration: Configuration) -> None:
    """Create a user; the password is asked for, or is the first line of standard input.

    The password has at least 12 characters. Agents and leads see the desks named, administrators all;
    scientists see models over HTTP, and no inbox.

    Example: loket users create anna --role agent --desk orders --desk returns
    """
    settings, store = open_store(configuration)
    wanted = known_desks(settings, desks)
    access.create_user(store.people, datetime.now(UTC), name, _password(), role, wanted)
    if role in {"agent", "lead"} and not wanted:
        click.echo("Warning: without --desk this user sees no desk", err=True)
    click.echo(f"{name} can sign in.")


@users.command("password")
@click.argument("name")
@command_of
def change_password(name: str, configuration: Configuration) -> None:
    """Set a new password and end the user's sessions.

    Example: loket users password anna
    """
    _, store = open_store(configuration)
    entry = access.operator().entry(datetime.now(UTC), "password_changed", f"user:{name}")
    _found(access.change_password(store.people, name, _password(), entry), f"there is no user {name!r}")
    click.echo(f"{name} has a new password.")


@users.command("disable")
@click.argument("name")
@command_of
def disable_user(name: str, configuration: Configuration) -> None:
    """Take a user's rights and end their sessions.

    Example: loket users disable anna
    """
    _, store = open_store(configuration)
    now = datetime.now(UTC)
    entry = access.operator().entry(now, "user_disabled", f"user:{name}")
    _found(store.people.change_user(name, entry, disabled_at=now), f"there is no user {name!r}")
    click.echo(f"{name} cannot sign in any more.")


@users.command("list")
@as_json
@command_of
def list_users(as_json: bool, configuration: Configuration) -> None:
    """List all users.

    Example: loket users list
    """
    _, store = open_store(configuration)
    facts = [
        {"name": u.name, "role": u.role, "desks": u.desks, "disabled": u.disabled_at is not None}
        for u in store.people.users()
    ]
    lines = [
        f"{u['name']:20} {u['role']:10} {', '.join(u['desks'])}{'  disabled' if u['disabled'] else ''}"  # type: ignore[arg-type]
        for u in facts
    ]
    tell(facts, as_json, "\n".join(lines) or "There are no users.")


@click.group("keys")
def keys() -> None:
    """API keys of websites and programs.

    Example: loket keys create shop --scope submit
    """


@keys.command("create")
@_new_name
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(access.SCOPES))
@_desk
@command_of
def create_key(name: str, scopes: tuple[str, ...], desks: tuple[str, ...], configuration: Configuration) -> None:
    """Create a key and print it, this once; without --desk it sees all desks that its scopes allow.

    Example: loket keys create helpdesk --scope desk --desk orders
    """
    settings, store = open_store(configuration)
    wanted = known_desks(settings, desks)
    click.echo(access.create_key(store.people, datetime.now(UTC), name, list(scopes), wanted))


@keys.command("revoke")
@click.argument("name")
@command_of
def revoke_key(name: str, configuration: Configuration) -> None:
    """Take a key's rights.

    Example: loket keys revoke shop
    """
    _, store = open_store(configuration)
    now = datetime.now(UTC)
    entry = access.operator().entry(now, "key_revoked", f"key:{name}")
    _found(store.people.revoke_key(now, name, entry), f"there is no key {name!r} in use")
    click.echo(f"{name} is revoked.")


@keys.command("list")
@as_json
@command_of
def list_keys(as_json: bool, configuration: Configuration) -> None:
    """List all keys, without their secrets.

    Example: loket keys list
    """
    _, store = open_store(configuration)
    found = store.people.keys()
    facts = [
        {"name": k.name, "scopes": k.scopes, "desks": k.desks, "revoked": k.revoked_at is not None} for k in found
    ]
    lines = [
        f"{k.name:20} {', '.join(k.scopes):30} {', '.join(k.desks) or 'all desks'}"
        f"{'  revoked' if k.revoked_at else ''}"
        for k in found
    ]
    tell(facts, as_json, "\n".join(lines) or "There are no keys.")


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _found(changed: bool, message: str) -> None:
    if not changed:
        raise NotFound(message)
