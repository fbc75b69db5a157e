"""`care-dividend`: every command, in the order of the work."""

import typer

from pipelines.cli import (
    approve,
    audit,
    card,
    check,
    demo,
    init,
    ledger,
    plan,
    purge,
    run,
    serve,
    site,
    status,
    ui,
)
from pipelines.process import close_process

app = typer.Typer(
    name="care-dividend",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="From a crisis program's records to reports anyone may read; no person leaves the vault.",
)
app.command("init")(init.init)
app.command("demo")(demo.demo)
app.command("check")(check.check)
app.command("plan")(plan.plan)
app.command("audit")(audit.audit)
app.add_typer(approve.app, name="approve")
app.command("run")(run.run)
app.command("status")(status.status)
app.add_typer(ledger.app, name="ledger")
app.add_typer(card.app, name="card")
app.add_typer(site.app, name="site")
app.command("purge")(purge.purge)
app.command("serve")(serve.serve)
app.command("ui")(ui.ui)


def main() -> None:
    """Run the command line."""
    close_process()
    app()
