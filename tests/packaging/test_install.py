"""What is installed works: the wheel and the editable checkout, each in an environment of its own.

The environments see the packages of the one that runs the tests (torch is large), and hold our own
package anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import otio_autoedit
from tests.support.movies import shots_movie

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("pyproject.toml", "README.md", "LICENSE", "otio_autoedit", "adapters", "models")
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a package is built of: nothing built before can slip in."""
    folder = tmp_path_factory.mktemp("checkout")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(
                ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(ROOT / part, folder / part)
    return folder


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(checkout)])
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module", params=["wheel", "editable"])
def python(
    request: pytest.FixtureRequest, checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The Python of an environment where we are installed in one of the two ways."""
    folder = tmp_path_factory.mktemp(request.param)
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run([str(python), "-c", asked]).strip())
    (site / "outer.pth").write_text(sysconfig.get_path("purelib") + "\n")
    pip = [*PIP, "--python", str(python), "install", "--no-deps", "--no-index"]
    if request.param == "wheel":
        run([*pip, str(request.getfixturevalue("wheel"))])
    else:
        run([*pip, "--no-build-isolation", "-e", str(checkout)])
    home = run([str(python), "-c", "import otio_autoedit as a; print(a.__file__)"])
    assert home.startswith(str(site if request.param == "wheel" else checkout))
    return python


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return shots_movie(path, [(1, 0, 40), (2, 0, 50), (3, 0, 30)])


def test_otioconvert_reads_a_movie(python: Path, film: Path, tmp_path: Path) -> None:
    target = tmp_path / "film.otio"
    tool = [str(python), "-m", "opentimelineio.console.otioconvert"]
    run([*tool, "-i", str(film), "-o", str(target)])
    track = json.loads(target.read_text())["tracks"]["children"][0]
    lengths = [clip["source_range"]["duration"]["value"] for clip in track["children"]]
    assert lengths == [40, 50, 30]


def test_the_command_is_there(python: Path, film: Path, tmp_path: Path) -> None:
    command = str(python.with_name("otio-autoedit"))
    said = run([command, "cut", str(film), "-o", str(tmp_path / "film.xml")])
    assert "3 clips" in said
    assert "all well" in run([command, "doctor"])


def test_otiopluginfo_lists_us_with_what_each_is_for(python: Path) -> None:
    # By name: adapters of others that have no docstring end the whole listing.
    listed = run([str(python), "-m", "opentimelineio.console.otiopluginfo", "autoedit*"])
    listed = " ".join(listed.split())
    manifest = json.loads((ROOT / "adapters" / "plugin_manifest.json").read_text())
    for kind in ("adapters", "media_linkers", "hook_scripts"):
        for plugin in manifest[kind]:
            assert plugin["name"] in listed
            module = (ROOT / "adapters" / plugin["filepath"]).read_text()
            first = module.split('"""')[1].strip().splitlines()[0]
            assert first in listed, f"{plugin['name']} without its docstring"
    assert "ERROR" not in listed


def test_using_otio_loads_nothing_heavy(python: Path) -> None:
    code = (
        "import sys, opentimelineio as otio; otio.plugins.ActiveManifest();"
        "import otio_autoedit, otio_autoedit.adapters, otio_autoedit.edit.decide;"
        "import otio_autoedit.timeline.build, otio_autoedit.edit.recipes;"
        "print(sorted({'torch', 'av', 'torchvision', 'rich'} & set(sys.modules)))"
    )
    assert run([str(python), "-c", code]).strip() == "[]"


def test_what_the_wheel_holds(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as box:
        names = box.namelist()
    for needed in (
        "otio_autoedit/py.typed",
        "otio_autoedit/adapters/plugin_manifest.json",
        "otio_autoedit/edit/recipes/shots.toml",
        "otio_autoedit/models/weights/shots.safetensors",
    ):
        assert needed in names
    assert any(Path(name).match("models/weights/*.md") for name in names), "no model card"
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"otio_autoedit"}
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_every_folder_with_code_is_in_the_package() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = []
    for top, name in (
        ("otio_autoedit", "otio_autoedit"),
        ("adapters", "otio_autoedit.adapters"),
        ("models", "otio_autoedit.models"),
    ):
        folders = {path.parent for path in (ROOT / top).rglob("*.py")}
        for folder in folders:
            assert (folder / "__init__.py").is_file(), f"{folder} has no __init__.py"
            found.append(".".join([name, *folder.relative_to(ROOT / top).parts]))
    assert sorted(listed) == sorted(found)


def test_one_version_everywhere(python: Path) -> None:
    asked = "from importlib.metadata import version; print(version('otio-autoedit'))"
    assert run([str(python), "-c", asked]).strip() == otio_autoedit.__version__
    changes = (ROOT / "CHANGELOG.md").read_text()
    assert f"## [{otio_autoedit.__version__}]" in changes


def run(command: list[str]) -> str:
    """What a command prints, started outside the checkout; fails with all that it said."""
    clean = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        command, capture_output=True, text=True, env=clean, cwd=tempfile.gettempdir(), check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
