"""Report what Riverton's board oversees. The chain: books -> **govern** -> exact."""

from calendar import monthrange
from collections.abc import Iterator

import pandas as pd

from data_contracts.synthetic.books import Books
from data_contracts.synthetic.pace import MONTHS, Generator, Topic, open_stream

_QUARTER = 3  # months

Row = tuple[str, str, int]


def report_governance(books: Books, *, seed: int) -> pd.DataFrame:
    """Draw one row a quarter, item and outcome: seats, requests, what jobs ask for and give.

    Args:
        books: Board, requests, hiring and benefits.
        seed: Draws how many people ask for something, and what becomes of it.

    Returns:
        Columns as the feed names them. What was received and what became of it adds up.
    """
    rng = open_stream(seed, Topic.GOVERNANCE)
    rows = []
    for year in books.years:
        for month in range(_QUARTER, MONTHS + 1, _QUARTER):
            day = f"{year:04d}-{month:02d}-{monthrange(year, month)[1]:02d}"
            for part in (_board(books, year), _requests(rng, books), _jobs(books, year)):
                rows += [(day, *row) for row in part]
    return pd.DataFrame(rows, columns=["Reported", "Item", "Outcome", "Number"])


def _board(books: Books, year: int) -> Iterator[Row]:
    board = books.governance.board
    vacant = board.vacant_by_year[year]
    lived = vacant // 2  # empty seats among those for people with lived experience
    yield from [
        ("Board seats", "Filled", board.seats - vacant),
        ("Board seats", "Vacant", vacant),
        ("Seats for lived experience", "Filled", board.lived - lived),
        ("Seats for lived experience", "Vacant", lived),
        ("Board meetings", "Held", board.meetings),
    ]


def _requests(rng: Generator, books: Books) -> Iterator[Row]:
    for name, requests in books.governance.requests.items():
        received = int(rng.poisson(requests.mean))
        yield name, "Received", received
        shares = list(requests.outcomes.values())
        found = rng.multinomial(received, [share / sum(shares) for share in shares])
        yield from (
            (name, outcome, int(n))
            for outcome, n in zip(requests.outcomes, found.tolist(), strict=True)
        )
        if requests.upheld:
            yield name, "Upheld", int(rng.binomial(received, requests.upheld))


def _jobs(books: Books, year: int) -> Iterator[Row]:
    posts = {name: post.posts for name, post in books.staffing.posts.items()}
    whole = sum(posts.values())
    for name, asked in books.governance.hiring.items():
        required = sum(posts[post] for post in asked)
        yield name, "Required", required
        yield name, "Not required", whole - required
    for name, by_year in books.governance.benefits.items():
        yield from ((name, outcome, round(whole * part)) for outcome, part in by_year[year].items())
