"""The hook: what it touches, how often it is called, what it tells, and what it costs."""

from __future__ import annotations

import subprocess
import sys
import warnings
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from otio_autoedit.adapters import conform as conforming
from otio_autoedit.adapters.conform import conform, finish, writing
from otio_autoedit.errors import AutoEditLossWarning, ExportError, OptionError
from tests.support.edits import File, at, edit

S = otio.schema
FILES = ["otio", "xml", "edl", "fcpxml"]


@pytest.fixture(autouse=True)
def _quiet() -> None:
    warnings.simplefilter("ignore", AutoEditLossWarning)


def foreign() -> otio.schema.Timeline:
    timeline = edit([(0, 10), (5, 5)], sound=False)
    for thing in [timeline, *timeline.find_clips()]:
        del thing.metadata["autoedit"]
    return timeline


def hook_calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, object]]:
    """What goes in and out of the hook, in order."""
    calls: list[tuple[object, object]] = []
    script = otio.plugins.ActiveManifest().from_name("autoedit_conform", kind_list="hook_scripts")
    stock = script.module().hook_function

    def hook_function(in_timeline: object, argument_map: object = None) -> object:
        calls.append((in_timeline, out := stock(in_timeline, argument_map)))
        return out

    monkeypatch.setattr(script.module(), "hook_function", hook_function)
    return calls


@pytest.mark.parametrize("suffix", FILES)
def test_other_peoples_timelines_pass_as_they_are(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = hook_calls(monkeypatch)
    monkeypatch.setattr(writing, "around_write", lambda *_: pytest.fail("touched"))
    timeline = foreign()
    otio.adapters.write_to_file(timeline, str(tmp_path / f"out.{suffix}"))
    assert calls
    assert all(into is timeline and out is timeline for into, out in calls)


@pytest.mark.parametrize("suffix", [*FILES, "mlt"])
def test_ours_is_copied_once_and_left_alone(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """String adapters have the hook called twice before they write; a stamp says so."""
    prepared = []
    stock = conforming.conform
    monkeypatch.setattr(writing, "conform", lambda *a, **k: prepared.append(a[1]) or stock(*a, **k))
    calls = hook_calls(monkeypatch)
    timeline = edit([(0, 10), (5, 5)])
    before = timeline.to_json_string()
    otio.adapters.write_to_file(timeline, str(tmp_path / f"out.{suffix}"))
    assert timeline.to_json_string() == before
    if suffix == "otio":
        assert prepared == []
        assert all(into is timeline and out is timeline for into, out in calls)
    else:
        assert len(prepared) == 1
        assert len(calls) == 3
        assert all(out is calls[0][1] for _, out in calls)


def test_upper_case_suffixes(tmp_path: Path) -> None:
    otio.adapters.write_to_file(edit([(0, 10)]), str(tmp_path / "OUT.EDL"))
    assert "FCM: NON-DROP FRAME" in (tmp_path / "OUT.EDL").read_text()


@pytest.mark.parametrize(
    ("name", "adapter", "mark"),
    [
        ("cut.txt", "cmx_3600", "FCM: NON-DROP FRAME"),
        ("cut.foo", "fcp_xml", "<linkclipref>"),
        ("cut", "fcpx_xml", "tcFormat="),
        ("cut.edl", "fcp_xml", "<linkclipref>"),
        ("cut.xml", "fcpx_xml", "tcFormat="),
        ("cut.xml", "otio_json", '"schema": 1'),
    ],
)
def test_the_adapter_named_by_hand_is_seen_in_the_file(
    name: str, adapter: str, mark: str, tmp_path: Path
) -> None:
    """``-O`` hides the format from hooks: what was prepared for another is written again."""
    timeline = edit([(0, 10), (5, 5)])
    path = tmp_path / name
    otio.adapters.write_to_file(timeline, str(path), adapter_name=adapter)
    text = path.read_text("utf-8")
    assert mark in text
    if adapter == "otio_json":
        assert otio.adapters.read_from_string(text).is_equivalent_to(timeline)
    right = tmp_path / ("right." + otio.adapters.from_name(adapter).suffixes[0])
    otio.adapters.write_to_file(timeline, str(right), adapter_name=adapter)
    assert text == right.read_text("utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([name, right.name])


def test_the_format_can_be_named_to_the_hook(tmp_path: Path) -> None:
    """Where the suffix points to another format, whose shape the adapter would refuse."""
    timeline = edit([(0, 10)])
    timeline.tracks.append(edit([(3, 10)], sound=False).tracks[0].deepcopy())
    path = tmp_path / "cut.xml"
    otio.adapters.write_to_file(
        timeline, str(path), "cmx_3600", hook_function_argument_map={"autoedit_format": "edl"}
    )
    assert path.read_text().startswith("TITLE:")


def test_losses_reach_stderr(tmp_path: Path) -> None:
    timeline = edit([(0, 10), (5, 5)])
    otio.adapters.write_to_file(timeline, str(tmp_path / "in.otio"))
    command = [
        sys.executable,
        "-m",
        "opentimelineio.console.otioconvert",
        "-i",
        "in.otio",
        "-o",
        "out.edl",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "AutoEditLossWarning: out.edl: clips on sound tracks left out (2); " in done.stderr


def test_losses_are_said_once_and_name_the_file(tmp_path: Path) -> None:
    with pytest.warns(AutoEditLossWarning) as said:
        otio.adapters.write_to_file(edit([(0, 10), (5, 5)]), str(tmp_path / "out.edl"))
    assert [str(w.message) for w in said] == [
        "out.edl: clips on sound tracks left out (2); .otio and FCP 7 .xml keep them"
    ]


def test_conform_and_finish_for_callers(tmp_path: Path) -> None:
    """What the hook does, by hand: the copy to a string, the string to a file, the file mended."""
    timeline = edit([(0, 10), (5, 5)])
    by_hook, by_hand = tmp_path / "hook.xml", tmp_path / "hand.xml"
    otio.adapters.write_to_file(timeline, str(by_hook))
    copy, losses = conform(timeline, "xml")
    assert copy is not timeline
    assert losses == []
    by_hand.write_text(otio.adapters.write_to_string(copy, "fcp_xml"), "utf-8")
    assert "<linkclipref>" not in by_hand.read_text("utf-8")
    assert finish(by_hand, copy) == []
    assert by_hand.read_text("utf-8") == by_hook.read_text("utf-8")
    otio.adapters.write_to_file(copy, str(by_hand))
    assert by_hand.read_text("utf-8") == by_hook.read_text("utf-8")


def test_a_copy_made_for_one_format_is_not_written_as_another(tmp_path: Path) -> None:
    copy, _ = conform(edit([(0, 10)]), "fcp_xml")
    with pytest.raises(ExportError, match="conformed for fcp_xml"):
        otio.adapters.write_to_file(copy, str(tmp_path / "out.edl"))
    assert not (tmp_path / "out.edl").exists()


def test_an_unknown_format_has_a_suggestion() -> None:
    with pytest.raises(OptionError, match="did you mean 'fcp_xml'"):
        conform(edit([(0, 10)]), "fcp_xm")
    copy, losses = conform(edit([(0, 10)]), "otio")
    assert losses == []
    assert "prepared" not in copy.metadata["autoedit"]


def test_a_writer_of_ours_gets_the_original(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As DESIGN has it: the map that an adapter with ``adapter_hook_names`` gets holds it."""
    taken = []
    adapter = otio.adapters.from_name("fcp_xml")
    module = adapter.module()
    monkeypatch.setattr(module, "adapter_hook_names", lambda: [], raising=False)

    def write_to_file(
        input_otio: object, filepath: str, hook_function_argument_map: dict[str, object]
    ) -> None:
        taken.append(writing.take_original(hook_function_argument_map))
        Path(filepath).write_text("<xmeml>mine</xmeml>")

    monkeypatch.setattr(module, "write_to_file", write_to_file, raising=False)
    timeline = edit([(0, 10)])
    otio.adapters.write_to_file(timeline, str(tmp_path / "out.xml"))
    assert taken == [timeline]
    assert (tmp_path / "out.xml").read_text() == "<xmeml>mine</xmeml>"


def test_the_string_writer_with_hook_names_is_called_with_a_copy_of_the_map(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = otio.adapters.from_name("cmx_3600").module()
    stock = module.write_to_string
    monkeypatch.setattr(module, "adapter_hook_names", lambda: [], raising=False)
    monkeypatch.setattr(module, "write_to_string", lambda input_otio, **_: stock(input_otio))
    otio.adapters.write_to_file(edit([(0, 10)]), str(tmp_path / "out.edl"))
    assert "FCM: NON-DROP FRAME" in (tmp_path / "out.edl").read_text()


def test_a_failed_write_warns_of_nothing(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with pytest.raises(OSError, match="No such file"):
            otio.adapters.write_to_file(edit([(0, 10)]), str(tmp_path / "nowhere" / "out.edl"))
    assert [w for w in said if issubclass(w.category, AutoEditLossWarning)] == []


def test_nothing_is_imported_for_other_peoples_timelines(tmp_path: Path) -> None:
    """Rule 8: a conversion between two .otio files costs what it costs without us."""
    otio.adapters.write_to_file(foreign(), str(tmp_path / "a.otio"))
    code = (
        "import sys, opentimelineio as otio\n"
        "timeline = otio.adapters.read_from_file('a.otio')\n"
        "otio.adapters.write_to_file(timeline, 'b.otio')\n"
        "ours = ('otio_autoedit.', 'torch', 'av', 'numpy')\n"
        "print([m for m in sys.modules if m.startswith(ours)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert set(eval(done.stdout)) <= {"otio_autoedit.adapters"}


def test_rates_are_exact() -> None:
    copy, _ = conform(edit([(0, 10)], File(rate=Fraction(24000, 1001))), "fcp_xml")
    clip = next(iter(copy.find_clips()))
    assert clip.source_range.duration == at(10, Fraction(24000, 1001))
    assert clip.source_range.duration.rate == 24000 / 1001
