"""Report Riverton's posts, hours and pay. The chain: books -> **employ** -> spend -> exact."""

from calendar import monthrange

import pandas as pd

from data_contracts.synthetic.books import Books, Post
from data_contracts.synthetic.pace import MONTHS, Generator, Topic, open_stream


def report_staffing(books: Books, *, seed: int) -> pd.DataFrame:
    """Draw one row a post and month; nothing in it is about one person.

    Args:
        books: Posts, pay and turnover.
        seed: Draws who leaves and how many hours somebody is there.

    Returns:
        Columns as the feed names them, in the order of months.
    """
    rng = open_stream(seed, Topic.STAFFING)
    rows = [
        _month(rng, books, name, post, year=year, month=month)
        for year in books.years
        for month in range(1, MONTHS + 1)
        for name, post in books.staffing.posts.items()
    ]
    return pd.DataFrame({"Line": [f"ST-{n:05d}" for n in range(1, len(rows) + 1)]}).join(
        pd.DataFrame(rows)
    )


def _month(
    rng: Generator, books: Books, name: str, post: Post, *, year: int, month: int
) -> dict[str, object]:
    """Report one post: people who left are replaced by the next month."""
    staffing = books.staffing
    people = round(post.people * staffing.people_by_year[year])
    left = int(rng.binomial(people, post.left))
    planned = post.posts * staffing.hours_a_month
    there = people * staffing.hours_a_month * staffing.present * rng.uniform(0.98, 1.02)
    low, high = (round(pay * staffing.pay_by_year[year], 2) for pay in post.pay)
    return {
        "Reported": f"{year:04d}-{month:02d}-{monthrange(year, month)[1]:02d}",
        "Post": name,
        "Posts": post.posts,
        "People": people - left,
        "Left": left,
        "Hours Scheduled": round(planned, 1),
        "Hours Staffed": round(min(there, planned), 1),
        "Pay From": f"{low:.2f}",
        "Pay To": f"{high:.2f}",
        "Living Wage": f"{staffing.living_wage[year]:.2f}",
        "Lived Experience": post.lived,
    }
