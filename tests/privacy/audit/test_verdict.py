"""Mirrors privacy/audit/verdict.py."""

from privacy.audit.verdict import Finding, Verdict

OWN = Finding(
    "membership_spread_own_rho",
    ok=True,
    said="",
    figures={"right": 0.571, "surely_right": 0.551, "declared_right": 0.569},
)


def test_a_verdict_tells_the_promise_and_the_best_attack_in_plain_words() -> None:
    worse = Finding("membership_null_id_own_rho", ok=True, said="", figures={"surely_right": 0.53})

    verdict = Verdict("quarter", (worse, OWN))

    promise, outcome = verdict.sentences
    assert "right at most 56.9 times in 100" in promise
    assert "best attack we could build was right 57.1 times in 100 when it was tried" in promise
    assert "55.1 times for certain" in promise
    assert outcome.startswith("Nothing that was tried")


def test_one_failed_check_fails_the_verdict() -> None:
    verdict = Verdict("quarter", (OWN, Finding("noise_bias", ok=False, said="")))

    assert not verdict.ok
    assert "FAILED" in verdict.sentences[1]


def test_without_an_attack_at_the_own_rho_nothing_is_said_of_guessing() -> None:
    assert Verdict("quarter", (Finding("noise_bias", ok=True, said=""),)).sentences == ()
