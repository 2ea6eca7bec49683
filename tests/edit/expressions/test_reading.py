"""Reading expressions: what they mean, and what is said of those that mean nothing."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.expressions import (
    ExpressionError,
    evaluate,
    read_condition,
    read_number,
    reference,
)
from otio_autoedit.edit.expressions.functions import FUNCTIONS
from otio_autoedit.edit.expressions.parse import COMPARISONS, parse
from otio_autoedit.edit.expressions.printing import printed
from otio_autoedit.edit.expressions.tree import (
    Apply,
    Arithmetic,
    Both,
    Chosen,
    Comparison,
    Either,
    Length,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Text,
    Truth,
)
from otio_autoedit.edit.signal import Call, Signal
from otio_autoedit.times import Duration

SIGNALS = {
    one.name: one
    for one in (
        Signal("loudness", "number", "", "LUFS, -70 to 0", "", needs=("loudness",)),
        Signal("motion", "number", "", "diagonals a second", "", needs=("motion",)),
        Signal("cheer", "number", "", "0 to 1", "", needs=("sound",)),
        Signal("onset", "number", "", "0 to 1", "", needs=("sound",)),
        Signal("shot_length", "number", "", "s, 0 up", "", needs=("shots",)),
        Signal("black", "condition", "", "0 to 1", "", needs=("picture",)),
        Signal("near", "condition", "", "0 to 1", "", ("objects",), ("label", "label")),
        Signal("inside", "condition", "", "0 to 1", "", ("objects",), ("label", "zone")),
        Signal("said", "condition", "", "0 to 1", "", (), ("words",)),
    )
}


def test_an_expression_knows_what_it_reads_and_what_that_needs() -> None:
    rule = read_condition(
        'near(ball, person) and cheer > percentile(cheer, 90) or said("own goal")', SIGNALS
    )
    assert rule.calls == (
        Call("near", ("ball", "person")), Call("cheer"), Call("said", ("own goal",)),
    )  # fmt: skip
    assert rule.needs(SIGNALS) == ("objects", "sound")
    assert [one.text for one in rule.alternatives] == [
        "near(ball, person) and cheer > percentile(cheer, 90)", 'said("own goal")',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("a or b and not c < d + e * -f", "a or (b and (not (c < (d + (e * (-f))))))"),
        ("a - b - c / d / e", "(a - b) - ((c / d) / e)"),
        ("not a and b", "(not a) and b"),
        ("a < b <= c", "a < b <= c"),
        ("a = b", "a == b"),
        ("a ≥ b", "a >= b"),
        ("x AND Not y", "x and (not y)"),
        ("smooth(x, .5s)", "smooth(x, 0.5s)"),
    ],
)
def test_what_binds_more_strongly(text: str, means: str) -> None:
    assert parse(text) == parse(means)


@pytest.mark.parametrize("text", ["0.5s", "12f", "00:00:02:00", "00:00:02;00", "1m30s", "0:30"])
def test_lengths_of_time_are_written_as_everywhere(text: str) -> None:
    assert parse(text) == Length(Duration.read(text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("black and loudnes", "column 11: no signal 'loudnes' (did you mean 'loudness'?)"),
        ("smoth(cheer, 1s) > 1",
         "column 1: no signal or function 'smoth' (did you mean 'smooth'?)"),
        ("loudness", "column 1: loudness is a number (LUFS); compare it, as in loudness > -30"),
        ("rising(loudness, 1s)",
         "column 1: rising(loudness, 1s) is a number (LUFS); compare it, as in "
         "rising(loudness, 1s) > 1"),
        ("shot_length",
         "column 1: shot_length is a number (s); compare it, as in shot_length > 2s"),
        ("black and 3", "column 11: 3 is a number; compare it, as in score > 3"),
        ("loudness > 2s", "column 12: 2s is a length of time, but loudness is in LUFS"),
        ("smooth(cheer, 2) > 1",
         "column 15: 2 of what? write 2s or 2f, as in smooth(x, 0.5s)"),
        ("smooth(cheer, 2h) > 1", "column 15: 2h is longer than 1 h"),
        ("smooth(cheer) > 1",
         "column 1: smooth takes 2 in its brackets, as in smooth(x, 0.5s); here is 1"),
        ("within(cheer, 2s)",
         "column 8: cheer is a number (0 to 1); compare it, as in cheer > 0.5"),
        ("percentile(cheer, 101) > 0",
         "column 19: 101 is no plain number of 0 to 100, as in percentile(x, 90)"),
        ("near(ball)", "column 1: near is written near(LABEL, LABEL)"),
        ("near(ball, 3 > 2)", "column 12: here belongs a label, as a word or in quotes"),
        ("black(person)", "column 1: black is written black, without brackets"),
        ("(cheer > 1) > 2",
         "column 2: cheer > 1 is a condition, it holds or not; compare numbers"),
        ("cheer > ", "column 9: it ends too soon: something is missing here"),
        ("(black", "column 1: this bracket is never closed"),
        ("black)", "column 6: ')' has no place here"),
        ("black && black", "column 7: '&' means nothing here; write 'and'"),
        ("cheer > 12x", "column 9: '12x' is no number and no length of time; write 0.5, 0.5s, 12f "
         "or 00:00:02:00"),
        ("said('goal", "column 6: the text that ' begins has no end"),
        ("'goal'", 'column 1: "goal" stands alone; words belong in the brackets of a signal, as in '
         'said("goal")'),
        ("__import__('os')",
         "column 1: no signal or function '__import__' (there is: abs, black, "),
        ("black.__class__", "column 6: '.__class__' is no number and no length of time"),
        ("$loud and black", "column 1: no option $loud (did you mean 'loude'?)"),
        ("$unset > 1", "column 1: $unset is not given; set the option unset"),
        ("black or $broken", "column 10: in $broken, column 3: ')' has no place here"),
        ("$round", "column 1: in $again, column 1: $round stands for an expression with "
         "$round in it"),
        ("", "column 1: nothing is written here"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_column_and_the_way_out(text: str, problem: str) -> None:
    options = {"loude": -20, "unset": None, "broken": "1 )", "round": "$again", "again": "$round"}
    with pytest.raises(ExpressionError) as caught:
        read_condition(text, SIGNALS, options)
    assert str(caught.value).startswith(problem)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 4001,
        "(" * 300 + "1" + ")" * 300,
        "-" * 300 + "1",
        "not " * 300 + "true",
        "abs(" * 300 + "1" + ")" * 300,
        "+".join("1" * 100),
        " or ".join(["true"] * 600),
        "1e999 > 1",
        "9" * 30 + "s > 1",
    ],
)
def test_what_has_no_end_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        read_condition(text, SIGNALS)


def test_options_that_hold_options_do_not_grow_without_end() -> None:
    options: dict[str, object] = {f"o{n}": f"$o{n + 1} and $o{n + 1}" for n in range(12)}
    with pytest.raises(ExpressionError, match="more than 1000 parts"):
        read_condition("$o0", SIGNALS, options | {"o12": "true"})


def test_an_option_is_put_in_as_a_value_and_never_as_text() -> None:
    options = {
        "loud": -20.0, "wide": Duration.read("2s"), "what": "cheer > 0.5 or black",
        "who": "dog", "sure": True, "share": Fraction(1, 2),
    }  # fmt: skip
    rule = read_condition(
        "$what and peak(loudness, $wide) > $loud and near($who, ball) and $sure and cheer < $share",
        SIGNALS, options,
    )  # fmt: skip
    assert rule.text == (
        "(cheer > 0.5 or black) and peak(loudness, 2s) > -20 and near(dog, ball) and true "
        "and cheer < 0.5"
    )


def test_a_condition_counts_as_a_number_where_one_is_asked_for() -> None:
    assert read_number("1 + 2 * (cheer > 0.5) + black", SIGNALS).kind == "number"
    with pytest.raises(ExpressionError, match="2s is a length of time, not a number"):
        read_number("2s", SIGNALS)


def test_the_reference_names_every_function_by_an_example_that_reads() -> None:
    table = reference()
    for one in FUNCTIONS.values():
        assert f"`{one.example}`" in table
        text = one.example.replace("x", "black", 1) if "condition" in one.takes else one.example
        read_number(text.replace("(x", "(cheer").replace("y", "onset"), SIGNALS)


names = st.sampled_from(["loudness", "motion", "cheer", "black", "near", "other"])
leaves = st.one_of(
    st.builds(Number, st.floats(0, 1e12)),
    st.builds(Length, st.sampled_from(["0.5s", "12f", "00:00:02:00"]).map(Duration.read)),
    st.builds(Truth, st.booleans()),
    st.builds(Text, st.text(st.characters(codec="utf-8", categories=["L", "Zs"]))
              .filter(str.isprintable)),
    st.builds(Name, names),
    st.builds(Chosen, names),
)  # fmt: skip


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Apply, names, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Negative, inner),
        st.builds(Not, inner),
        st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
        several.flatmap(
            lambda parts: st.builds(
                Comparison,
                st.tuples(*[st.sampled_from(COMPARISONS)] * (len(parts) - 1)),
                st.just(parts),
            )
        ),
        st.builds(Both, several),
        st.builds(Either, several),
    )


@settings(deadline=None, max_examples=200)
@given(st.recursive(leaves, _grown, max_leaves=12))
def test_what_is_printed_reads_as_the_same_tree(tree: Node) -> None:
    assert parse(printed(tree)) == tree


WORDS = [
    *("loudness", "cheer", "black", "near", "ball", "smooth", "percentile", "min"),
    *("rising", "lasting"),
    *("and", "or", "not", "true", "(", ")", "(", ")", ",", "<", ">=", "==", "+", "-", "*", "/"),
    *("1s", "12f", "0.5", "90", "'goal'", "$a", "$b", "$c", "$", "é", "1e5", "..", "00:01", "\n"),
]  # fmt: skip


class _Nothing:
    rate = Fraction(25)
    length = 0

    def values(self, call: Call) -> object:
        return np.zeros(0, np.float32)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    options = {"a": -3, "b": "cheer", "c": float("inf")}
    try:
        rule = read_condition(text, SIGNALS, options)
    except ExpressionError as error:
        _check_problem(error, text)
        return
    assert read_condition(rule.text, SIGNALS).tree == rule.tree
    assert len(evaluate(rule, _Nothing())) == 0


def _check_problem(error: ExpressionError, text: str) -> None:
    assert 1 <= error.column <= len(text) + 1
    assert "\n" not in str(error)


def test_right_expressions_read_too() -> None:
    """The words above hardly ever make one; this one draws from the grammar."""
    draw = random.Random(5)
    for _ in range(200):
        rule = read_condition(_condition(draw, 4), SIGNALS)
        assert read_condition(rule.text, SIGNALS) == rule


def _condition(draw: random.Random, deep: int) -> str:
    simple = ["black", "near(ball, person)", "true", f"{_number(draw, deep - 1)} > 0.5"]
    if deep <= 0:
        return draw.choice(simple[:3])
    inner = _condition(draw, deep - 1)
    return draw.choice(
        [
            *simple,
            f"({inner} or black)",
            f"not {inner}",
            f"rising({inner}, 1s) and within({inner}, 3f)",
        ]
    )


def _number(draw: random.Random, deep: int) -> str:
    if deep <= 0:
        return draw.choice(["cheer", "motion", "-3", "0.25", "black"])
    one, two = _number(draw, deep - 1), _number(draw, deep - 2)
    return draw.choice(
        [f"({one} + {two})", f"max({one}, {two})", f"smooth({one}, 9f)", f"-{one} * {two}"]
    )
