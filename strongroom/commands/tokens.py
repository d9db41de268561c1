"""``strongroom tokens``: make, list, revoke."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from strongroom.commands.index import somebody_here, with_index
from strongroom.terms.actors import TokenId
from strongroom.terms.names import parse_project_name
from strongroom.tokens.rules import Permission


@click.group()
def tokens() -> None:
    """API tokens: what publishing, and reading a private index, takes."""


@tokens.command()
@click.argument("account")
@click.option("--project", "projects", multiple=True, help="Limit the token to this project (may be repeated).")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    type=click.Choice([one.value for one in Permission]),
    default=[Permission.PUBLISH.value],
    show_default=True,
    help="What the token is for (may be repeated).",
)
@click.option("--expires-days", type=click.IntRange(1, 3650), help="Days it lives [default: the setting token_days].")
@click.option("--never-expires", is_flag=True, help="It lives until it is revoked.")
@click.option("--label", default="", help="A word to know it by.")
@with_index
def add(
    *,
    account: str,
    projects: tuple[str, ...],
    permissions: tuple[str, ...],
    expires_days: int | None,
    never_expires: bool,
    label: str,
) -> None:
    """Make a token for ACCOUNT and print it. It is shown this once and kept nowhere."""
    from django.conf import settings

    from strongroom.reads.readers import Readers
    from strongroom.tokens.actions import make_token

    if never_expires and expires_days is not None:
        raise click.UsageError("--never-expires and --expires-days exclude each other.")
    chosen = settings.STRONGROOM
    text = make_token(
        by=somebody_here(),
        now=datetime.now(UTC),
        account_name=account,
        permissions=[Permission(permission) for permission in permissions],
        projects=[parse_project_name(project) for project in projects] or None,
        lifetime=None if never_expires else timedelta(days=expires_days or chosen.token_days),
        label=label,
        readers=Readers(chosen.readers_folder),
    )
    click.echo("Keep it safe: it is shown this once. Use it as the password of the user __token__.", err=True)
    click.echo(text)


@tokens.command("list")
@click.option("--account", help="Only those of this account.")
@with_index
def list_(account: str | None) -> None:
    """List tokens, newest first: identifier, account, what for, last use, end, what it was made with, label."""
    from strongroom.accounts.queries.accounts import load_account_id
    from strongroom.tokens.queries import list_tokens

    for row in list_tokens(load_account_id(account) if account else None):
        ends = "revoked" if row.revoked_at else f"expires {row.expires_at:%Y-%m-%d}" if row.expires_at else "no end"
        used = f"used {row.last_used_at:%Y-%m-%d}" if row.last_used_at else "never used"
        covers = "all projects" if row.projects is None else ", ".join(row.projects)
        factor = f" {row.made_with_factor.label}" if row.made_with_factor else ""
        made = f"made with {row.made_with}{factor}" if row.made_with else "made here"
        click.echo(
            "\t".join([row.pk, row.account.name, "+".join(row.permissions), covers, used, ends, made, row.label])
        )


@tokens.command()
@click.argument("token")
@with_index
def revoke(token: str) -> None:
    """Revoke a token by its identifier (`strongroom tokens list`) or its text."""
    from django.conf import settings

    from strongroom.reads.readers import Readers
    from strongroom.terms.passes import present
    from strongroom.tokens.actions import revoke_token

    presented = present(token)
    identifier = presented.token if presented else TokenId(token)
    readers = Readers(settings.STRONGROOM.readers_folder)
    revoke_token(by=somebody_here(), now=datetime.now(UTC), token=identifier, readers=readers)
    click.echo(f"Revoked {identifier}.", err=True)
