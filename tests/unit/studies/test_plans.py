"""Stages become runs that are the same each time, and what is done is not asked for again."""

from collections import Counter

from isocost.core.load import RequestShape
from isocost.journal import LoadStage, RuntimeStage, TargetSpec, TransformersSpec
from isocost.studies.plans import planned_runs, remaining

TARGET = TargetSpec(url="http://127.0.0.1:1")
SHAPES = tuple(RequestShape(10 + i, 5) for i in range(6))


def sweep(**changes):
    fields = {"target": TARGET, "workload": "w", "shapes": SHAPES, "concurrency": (1, 2, 4), "repeats": 3}
    return LoadStage(**{**fields, "requests_per_level": 4, **changes})


def test_a_sweep_measures_each_level_as_often_as_asked_in_an_order_of_its_own():
    runs = planned_runs(sweep())
    assert Counter(run.load.concurrency for run in runs) == {1: 3, 2: 3, 4: 3}
    assert len({run.label for run in runs}) == 9
    assert runs == planned_runs(sweep())
    assert [run.repeat for run in runs] == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    orders = {tuple(run.load.concurrency for run in runs[i : i + 3]) for i in (0, 3, 6)}
    assert len(orders) > 1


def test_repeats_begin_elsewhere_in_the_workload_and_use_prompts_of_their_own():
    first, second = (
        next(r for r in planned_runs(sweep()) if r.repeat == n and r.load.concurrency == 1) for n in (0, 1)
    )
    assert first.shapes[0] == SHAPES[0]
    assert second.shapes[0] == SHAPES[2]  # 1 x 6 shapes // 3
    assert first.seed != second.seed


def test_a_profile_is_one_run_of_interleaved_repeats():
    cells = (RequestShape(1, 1), RequestShape(1, 8), RequestShape(64, 1))
    (run,) = planned_runs(RuntimeStage(target=TARGET, cells=cells, repeats=5))
    assert run.requests == 15
    assert run.load.concurrency == 1
    for block in range(5):
        assert set(run.shapes[3 * block : 3 * block + 3]) == set(cells)


def test_the_three_largest_sizes_warm_an_endpoint_up():
    cells = tuple(RequestShape(size, 1) for size in (1, 8, 4, 2))
    (run,) = planned_runs(RuntimeStage(target=TARGET, cells=cells))
    assert [shape.input_tokens for shape in run.warmup] == [2, 4, 8]
    (run,) = planned_runs(RuntimeStage(target=TARGET, cells=cells, warmups=5))
    assert [shape.input_tokens for shape in run.warmup] == [2, 4, 8, 2, 4]


def test_a_stack_in_process_is_warmed_up_ten_times_and_with_each_size():
    target = TargetSpec(transformers=TransformersSpec(model="tiny"))
    few = tuple(RequestShape(size, 1) for size in (1, 2, 4))
    (run,) = planned_runs(RuntimeStage(target=target, cells=few))
    assert (len(run.warmup), set(run.warmup)) == (10, set(few))
    many = tuple(RequestShape(size, 1) for size in range(1, 15))
    (run,) = planned_runs(RuntimeStage(target=target, cells=many))
    assert run.warmup == many


def test_only_what_is_missing_is_planned_again():
    run = planned_runs(sweep())[0]
    plan = remaining(run, done=frozenset({0, 2}), spent_s=1.0, timeout_s=5.0)
    assert plan.indices == (1, 3)
    assert plan.request_timeout_s == 5.0
    assert remaining(run, done=frozenset(range(4)), spent_s=1.0, timeout_s=5.0) is None


def test_a_timed_run_goes_on_for_the_time_that_is_left():
    run = planned_runs(sweep(requests_per_level=None, duration_s=10.0))[0]
    plan = remaining(run, done=frozenset({0, 1, 5}), spent_s=4.0, timeout_s=5.0)
    assert (plan.indices, plan.first_index, plan.duration_s) == (None, 6, 6.0)
    assert remaining(run, done=frozenset(), spent_s=10.0, timeout_s=5.0) is None
