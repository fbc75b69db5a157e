"""Nothing passes between steps but the vault and the public folder."""

import dagster as dg


class NoValues(dg.IOManager):
    """Refuses whatever a step returns, so that no frame is ever pickled outside the vault."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Accept nothing but None.

        Raises:
            TypeError: A step returned a value.
        """
        if obj is not None:
            raise TypeError(f"Step {context.step_key!r} returned a value; steps return nothing.")

    def load_input(self, context: dg.InputContext) -> None:
        """Give a step nothing: it reads the vault itself."""
