"""Transcripts as people and recognisers write them, and as nobody should."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.transcript import (
    Transcript,
    Word,
    filler_words,
    plain_words,
    read_transcript,
    sentences,
    spoken,
)
from otio_autoedit.errors import OptionError
from tests.support.analyses import film
from tests.support.scopes import read, scope

SRT = """1
00:00:01,000 --> 00:00:03,000
<i>Hello</i> there,
my friend.

2
00:00:04,500 --> 00:00:05,500
{\\an8}- [door slams] 42 times!

"""
VTT = """WEBVTT - made by hand
Language: en

NOTE 00:00:00.000 --> is only said here
and here

STYLE
::cue { color: red }

intro
00:01.000 --> 00:03.000 align:start
<v Ann>Well, <00:01.500>you <00:02.000>know &amp; I

00:01:00.000 --> 00:01:02.000
do.
"""
ROLLING = """WEBVTT

00:00:00.000 --> 00:00:02.000
so<00:00:00.500><c> today</c><00:00:01.000><c> we</c>

00:00:02.000 --> 00:00:02.010
so today we

00:00:02.010 --> 00:00:04.000
so today we
play<00:00:02.500><c> football</c>
"""


def written(folder: Path, text: str | bytes, name: str = "talk.srt") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def words(path: Path) -> list[tuple[str, float, float]]:
    return [(w.text, round(w.start, 3), round(w.stop, 3)) for w in read_transcript(path).words]


def test_subrip_is_spread_over_its_lines_by_letters(tmp_path: Path) -> None:
    transcript = read_transcript(written(tmp_path, SRT))
    assert [w.text for w in transcript.words] == [
        *("Hello", "there,", "my", "friend."),
        *("42", "times!"),
    ]
    first = [w for w in transcript.words if w.start < 4]
    assert first[0].start == 1
    assert first[-1].stop == pytest.approx(3)
    assert first[0].stop - first[0].start == pytest.approx(2 * 6 / 22)  # 5 letters and a space
    assert not any(w.measured for w in transcript.words)
    assert transcript.notes == ("times of 6 of 6 words are spread over their lines by letters",)


def test_subrip_without_numbers_or_empty_lines(tmp_path: Path) -> None:
    bare = "00:00:01,0 --> 00:00:02,0\none\n2\n00:00:02,0 --> 00:00:03,0\r\ntwo"
    assert words(written(tmp_path, bare)) == [("one", 1, 2), ("two", 2, 3)]


def test_webvtt_with_times_inside_its_cues(tmp_path: Path) -> None:
    transcript = read_transcript(written(tmp_path, VTT, "talk.vtt"))
    assert transcript.language == "en"
    assert words(tmp_path / "talk.vtt") == [
        ("Well,", 1, 1.5), ("you", 1.5, 2), ("know", 2, 2.714), ("I", 2.714, 3), ("do.", 60, 62),
    ]  # fmt: skip
    assert [w.measured for w in transcript.words] == [True, True, False, False, False]


def test_captions_that_roll_say_each_line_once(tmp_path: Path) -> None:
    said = words(written(tmp_path, ROLLING, "talk.vtt"))
    assert said == [
        ("so", 0, 0.5), ("today", 0.5, 1), ("we", 1, 2), ("play", 2.01, 2.5), ("football", 2.5, 4),
    ]  # fmt: skip


WORDS = [{"word": " Good", "start": 0.5, "end": 0.9}, {"word": " evening.", "start": 1, "end": 1.5}]


@pytest.mark.parametrize(
    "document",
    [
        {"text": "", "segments": [{"start": 0, "end": 2, "words": WORDS}], "language": "en"},
        {"segments": [{"start": 0, "end": 2, "text": "", "words": WORDS}], "word_segments": WORDS},
        {"word_segments": WORDS},
        {"words": [{"text": w["word"], "start": w["start"], "end": w["end"]} for w in WORDS]},
        [{"id": 1, "start": 0, "end": 2, "text": "Good evening.", "words": WORDS}],
        WORDS,
    ],
    ids=["whisper", "whisperx", "word_segments", "text", "faster-whisper", "list"],
)
def test_json_of_words(tmp_path: Path, document: object) -> None:
    path = written(tmp_path, json.dumps(document), "talk.json")
    assert words(path) == [("Good", 0.5, 0.9), ("evening.", 1, 1.5)]
    assert not read_transcript(path).notes


def test_a_word_that_could_not_be_aligned_stands_between_its_neighbours(tmp_path: Path) -> None:
    given_words = [
        {"word": "in", "start": 1.0, "end": 1.2},
        {"word": "2024"},
        {"word": "we", "start": 2, "end": 3},
    ]
    path = written(
        tmp_path, json.dumps({"segments": [{"start": 1, "end": 3, "words": given_words}]})
    )
    assert words(path) == [("in", 1, 1.2), ("2024", 1.2, 2), ("we", 2, 3)]
    assert [w.measured for w in read_transcript(path).words] == [True, False, True]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    text = "00:00:01,000 --> 00:00:02,000\nTor für Köln\n"
    assert [w[0] for w in words(written(tmp_path, text.encode(encoding)))] == ["Tor", "für", "Köln"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "neither SubRip nor WebVTT nor JSON"),
        ("just some text", "neither SubRip nor WebVTT nor JSON"),
        (b"\x00\x01\x02" * 50, "not text"),
        ("1\n00:00:aa --> 00:00:02\nhi", "line 2: no times"),
        ("1\n999999:00:00,000 --> 999999:00:02,000\nhi", "line 2: a time beyond 10000 hours"),
        ("1\n00:00:01,000 --> 00:00:02,000\n\n", "no words in it"),
        ("WEBVTT\n\n", "no words in it"),
        ("{", "Expecting property name"),
        ("[" * 100_000, "no transcript"),
        ("{}", "no list of segments or words"),
        ("[1]", "item 1 is no segment and no word"),
        ('[{"start": 1}]', "item 1 has neither words nor text"),
        ('[{"text": "hi"}]', "item 1 has no start and end"),
        ('[{"word": "hi"}]', "words without start and end"),
        ('[{"word": "hi", "start": "1", "end": 2}]', "item 1: start='1' is no number of seconds"),
        ('[{"word": "hi", "start": NaN, "end": 2}]', "item 1: start=nan is no time"),
        ('[{"word": "hi", "start": 1e300, "end": 2}]', "is no time in a film"),
        ('[{"word": 5, "start": 1, "end": 2}]', "item 1 holds something that is no word"),
    ],
)
def test_what_is_no_transcript_is_said_in_one_line(
    tmp_path: Path, text: str | bytes, says: str
) -> None:
    with pytest.raises(OptionError) as error:
        read_transcript(written(tmp_path, text))
    assert says in str(error.value)
    assert "talk.srt" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_one_too_large(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="No such file"):
        read_transcript(tmp_path / "none.srt")
    huge = tmp_path / "huge.srt"
    with huge.open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(OptionError, match="larger than 64 MiB"):
        read_transcript(huge)


@given(st.binary(max_size=200) | st.text(alphabet='WEBVT01:-> .,<>/c\n[]{}"wordsta', max_size=300))
@settings(max_examples=150, deadline=None)
def test_whatever_is_in_a_file_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes | str
) -> None:
    path = written(tmp_path_factory.mktemp("any"), data)
    try:
        transcript = read_transcript(path)
    except OptionError:
        return
    starts = [word.start for word in transcript.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start <= word.stop for word in transcript.words)


# What is said


def said_at(text: str, language: str = "", pauses: dict[int, float] | None = None) -> Transcript:
    """A word a second, .8 s each (a pause of .2); ``pauses`` are seconds more before a word."""
    at, held = 0.0, []
    for number, word in enumerate(text.split()):
        at += (pauses or {}).get(number, 0.0)
        held.append(Word(word, at, at + 0.8))
        at += 1
    return Transcript(tuple(held), language)


@pytest.mark.parametrize(
    ("phrase", "spans"),
    [
        ("goal", [(1, 1.8)]),
        ("GOAL for köln", [(1, 3.8)]),
        ("what a", [(4, 5.8)]),
        ("its over", [(7, 8.8)]),
        ("well known", [(9, 9.8)]),
        ("goa", []),
        ("goal what", []),
    ],
)
def test_phrases_are_found_whatever_case_accents_and_commas(
    phrase: str, spans: list[tuple[float, float]]
) -> None:
    transcript = said_at("A Goal! for Köln. What a night, it's over, well-known")
    assert spoken(transcript, plain_words(phrase)) == spans


def test_words_far_apart_are_no_phrase() -> None:
    assert not spoken(said_at("the end", pauses={1: 3}), ("the", "end"))


def test_signs_that_are_words() -> None:
    assert plain_words("進球了! ガ") == ("進", "球", "了", "ガ")


@pytest.mark.parametrize(
    ("text", "language", "fillers"),
    [
        ("Um, the ball er is hmm gone ummmm", "en", [0, 3, 5, 7]),
        ("the humming of the umbrella and the dumber er", "en", [8]),
        ("äh er geht um acht ÄHM hin", "de", [0, 5]),
        ("euh je vais bien", "fr", [0]),
        ("er geht um acht äh los", "", [4]),  # too short to tell the language
        ("the day and the night is what it was um yes", "", [9]),
        ("der Ball und die Tore das ist um zehn", "", []),
    ],
)
def test_filler_words_are_whole_words_of_the_language(
    text: str, language: str, fillers: list[int]
) -> None:
    assert [start for start, _ in filler_words(said_at(text, language))] == fillers


@pytest.mark.parametrize(
    ("text", "pauses", "ends"),
    [
        ("One two. Three four! Five", {}, [2, 4, 5]),
        ('He said "stop." Then he left', {}, [3, 6]),
        ("Mr. Smith paid 5. Smith left", {}, [6]),
        ("We paid 5. They left", {3: 0.5}, [3, 5]),
        ("no stops here at all", {3: 1}, [3, 5]),
        ("on... and on", {}, [3]),
        ("Wirklich? Ja", {}, [1, 2]),
    ],
)
def test_sentences_end_with_stops_and_pauses(
    text: str, pauses: dict[int, float], ends: list[int]
) -> None:
    transcript = said_at(text, pauses=pauses)
    found = sentences(transcript)
    assert [stop for _, stop in found] == [transcript.words[end - 1].stop for end in ends]
    starts = [0, *ends[:-1]]
    assert [start for start, _ in found] == [transcript.words[at].start for at in starts]


def test_said_and_filler_as_signals() -> None:
    transcript = said_at("Um goal for Köln", "en")
    of = scope(film(), transcript=transcript)
    assert np.flatnonzero(read(of, "said", "Goal for")).tolist() == list(range(25, 70))
    assert np.flatnonzero(read(of, "filler")).tolist() == list(range(20))
    assert not read(of, "said", "nothing").any()


def test_the_shortest_word_has_a_frame_and_none_lies_outside() -> None:
    short = Transcript((Word("hi", 1.001, 1.001), Word("late", 9.9, 30.0), Word("gone", 50, 51)))
    of = scope(film(), transcript=short)
    assert read(of, "said", "hi").sum() == 1
    assert np.flatnonzero(read(of, "said", "late")).tolist() == [247, 248, 249]
    assert not read(of, "said", "gone").any()
