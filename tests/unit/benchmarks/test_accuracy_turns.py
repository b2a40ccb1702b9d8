"""In which order a run does its tasks, and how many of each sort it draws."""

from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("pdqhash", reason="the peers of the benchmarks are not installed: make install-bench")

from benchmarks.scoring.bench import Bench
from benchmarks.scoring.outcomes import Outcome
from benchmarks.scoring.tasks import Material
from benchmarks.scoring.turns import COPIES_A_ROUND, LEAST, Task, drawn, in_turns


def _nothing(_: Bench) -> tuple[Outcome, ...]:
    return ()


def _tasks(sort: str, count: int) -> list[Task]:
    return [Task(f"{sort} {number}", sort, f"seed {number % 7}", _nothing, 2) for number in range(count)]


def test_rows_come_first_and_then_each_sort_as_often_as_any_other() -> None:
    ordered = in_turns([*_tasks("rle", 40), *_tasks("mirrored", 40), *_tasks("", 5)])
    assert [task.sort for task in ordered[:5]] == [""] * 5
    for stop in range(5, 85, 4):
        counts = Counter(task.sort for task in ordered[5:stop])
        assert abs(counts["rle"] - counts["mirrored"]) <= 2


def test_a_rare_sort_is_through_before_a_common_one_is_halfway() -> None:
    ordered = [task.name for task in in_turns([*_tasks("common", 50), *_tasks("rare", 6)])]
    assert max(ordered.index(f"rare {number}") for number in range(6)) < 12


def test_the_order_is_drawn_and_the_same_each_time() -> None:
    tasks = _tasks("rle", 30)
    assert in_turns(tasks) == in_turns(reversed(tasks))
    assert in_turns(tasks) != tasks


def test_a_share_is_drawn_but_of_few_all() -> None:
    many = drawn((f"seed {number}", 0.35) for number in range(1000))
    assert 300 < len(many) < 400
    assert len(drawn((f"seed {number}", 0.001) for number in range(1000))) == LEAST
    assert len(drawn((f"seed {number}", 0.35) for number in range(8))) == 8


def test_a_larger_share_takes_what_a_smaller_one_took_and_more() -> None:
    some, more = (drawn((f"seed {number}", share) for number in range(200)) for share in (0.2, 0.6))
    assert some < more


def test_every_task_of_a_quick_run_has_a_name_of_its_own_and_copies_are_made_of_what_fits(tmp_path: Path) -> None:
    tasks = Material(corpus=tmp_path, scratch=tmp_path / "kept", quick=True).tasks()
    assert all(name == task.name for name, task in tasks.items())
    assert not [name for name in tasks if "series_missing" in name]
    assert [name for name in tasks if name == "copy wheel-ct | rle"]
    firsts = Counter(task.sort for task in list(tasks.values())[: len(tasks) // 4] if task.name.startswith("copy"))
    assert max(firsts.values()) <= 2 * COPIES_A_ROUND
