"""Invent Riverton: records that look like a program's and are about nobody."""

from data_contracts.synthetic.inbox import write_inbox
from data_contracts.synthetic.plant import canaries

__all__ = ["canaries", "write_inbox"]
