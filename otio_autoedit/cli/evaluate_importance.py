"""``otio-autoedit evaluate importance``: scores beside chance, motion, people among themselves."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otio_autoedit.cli.arguments import CommandParser, add_common
from otio_autoedit.cli.data import VARIABLE, data_folder
from otio_autoedit.cli.importance_films import add_films, check_films, films_of, films_of_data
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.errors import OptionError
from otio_autoedit.media.cadence import plural

if TYPE_CHECKING:
    from otio_autoedit.models.evaluate.importance import Row, Scorer
    from otio_autoedit.models.evaluate.importance_sets import MarkedFilm

EXAMPLES = (
    "importance",
    "importance --videos tvsum/video --annotations tvsum/data/ydata-tvsum50-anno.tsv",
    "importance --features eccv16_dataset_summe_google_pool5.h5 --weights "
    "runs/tvsum/importance.safetensors",
)
SMALL = (
    "Two whole videos and the key frames of twenty are next to no evidence: a figure here moves by "
    "its spread from one video to the next. Whoever has TVSum's videos measures all fifty with "
    "`otio-autoedit evaluate importance --videos DIR --annotations ydata-tvsum50-anno.tsv`."
)
PICTURES = (
    "Key frames stand seconds apart, so that novelty and motion are not known of them; F1 is left "
    "out, since a summary cannot be made of them."
)


def parser() -> CommandParser:
    """The arguments of ``evaluate importance``."""
    result = CommandParser(
        "evaluate",
        "measure scores of importance on films that people marked, beside chance, motion, and "
        "people among themselves",
        EXAMPLES,
        "Without --features or --videos: SumMe's and TVSum's part of the footage folder. Nothing "
        "is trained or chosen on them. Prints Markdown tables.",
    )
    result.add_argument("network", choices=["importance"], help="which network")
    result.add_argument("--data", help=f"the footage folder (default: {VARIABLE})")
    add_films(result)
    group = result.add_argument_group("scores and results")
    group.add_argument(
        "--weights", type=Path, help="a network of `train importance`, measured beside ours"
    )
    group.add_argument("--parts", action="store_true", help="each part of our score by itself too")
    group.add_argument("--seed", type=int, default=0, help="of random scores (default: 0)")
    group.add_argument("--json", type=Path, metavar="FILE", help="write the figures too")
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Measure, and print a table for each set of films."""
    check_films(given, needed=False)
    whole = bool(given.features or given.videos)
    data = None if whole else data_folder(given.data)
    from otio_autoedit.models.evaluate.importance import scorers

    sets: dict[str, Sequence[MarkedFilm]]
    if data is None:
        sets = {str(given.features or given.videos): films_of(given, speaker)}
    else:
        sets = films_of_data(data, given, speaker)
    scored = scorers(given.parts)
    if given.weights:
        sets, learnt = _learnt(given.weights, sets, speaker)
        scored = {"trained on marks": learnt} | scored
    figures = {name: _measure(name, films, scored, given) for name, films in sets.items()}
    if data is not None:
        print(SMALL)
    if given.json:
        from otio_autoedit.models.train.run import write_json

        write_json(given.json, {"by": given.by, "detector": given.detector, "sets": figures})
        speaker.written(str(given.json), "the figures")
    return 0


def _measure(
    name: str, films: Sequence[MarkedFilm], scored: dict[str, Scorer], given: Namespace
) -> dict[str, Any]:
    """Prints the table of a set of films, and each film's line where they are few."""
    from otio_autoedit.models.evaluate.importance import (
        OURS,
        chance,
        each_film,
        importance_table,
        measure,
    )

    rows: list[Row] = measure(films, scored, seed=given.seed)
    whole = all(film.film.difference is not None or given.features for film in films)
    samples = sum(len(film.film.positions) for film in films)
    people = sorted({len(film.marks) for film in films})
    each = " to ".join(str(n) for n in dict.fromkeys((people[0], people[-1])))
    print(f"{name}: {plural(len(films), 'video')}, {samples} samples, {each} people for each:\n")
    print(importance_table(rows, with_f1=whole) + "\n")
    if not whole:
        print(PICTURES + "\n")
    luck = chance(films, scored[OURS], given.seed)
    print(
        f"Ours turned round in time by chance: tau {luck.mean:.3f} ± {luck.deviation:.3f}; as high "
        f"as {luck.tau:.3f} in {100 * luck.share:.1f} % of turns.\n"
    )
    if len(films) < 5:
        for film, found in each_film(films, scored[OURS]):
            print(f"{film}: tau {found.tau:.3f}, rho {found.rho:.3f}, F1 {found.f1:.3f}")
        print()
    return {"rows": [asdict(row) for row in rows], "chance": asdict(luck)}


def _learnt(
    weights: Path, sets: dict[str, Sequence[MarkedFilm]], speaker: Speaker
) -> tuple[dict[str, Sequence[MarkedFilm]], Scorer]:
    """The films that a trained network has not learnt from, and its scores."""
    from otio_autoedit.models.importance_net import film_scores, network_from
    from otio_autoedit.models.weight_files import load_weights

    loaded = load_weights("importance", weights)
    net = network_from(loaded)
    seen = set(loaded.config.get("made_on", {}).get("films", ()))
    left = {name: [f for f in films if f.identity not in seen] for name, films in sets.items()}
    taken = [film.name for films in sets.values() for film in films if film.identity in seen]
    if taken:
        speaker.warning(
            f"{weights} learnt from their marks, so these are left out: {', '.join(taken)}"
        )
    left = {name: films for name, films in left.items() if films}
    if not left:
        raise OptionError(f"--weights {weights}: learnt from all of these films; measure on others")
    for film in (film for films in left.values() for film in films):
        width = film.film.vectors.shape[1]
        if width != net.config.features:
            raise OptionError(
                f"--weights {weights} reads vectors of {net.config.features} numbers, not {width}: "
                "name the features or the network it was trained with"
            )
    return dict(left), lambda film: film_scores(net, film.film.vectors)
