"""The text that Prometheus reads."""

from __future__ import annotations

from isocost.engine.metrics import Counters, exposition


def test_exposition() -> None:
    counters = Counters(waiting=1, running=2, prompt_tokens=30, generation_tokens=40, kv_tokens=16)
    counters.finished["length"] = 5
    counters.hand_over_s.extend([0.001] * 98 + [0.002, 0.003])
    lines = exposition(counters, model='a"\\\n', kv_cache_tokens=64).splitlines()
    label = r'model_name="a\"\\\n"'
    assert f"vllm:num_requests_running{{{label}}} 2" in lines
    assert f"vllm:num_requests_waiting{{{label}}} 1" in lines
    assert f"vllm:kv_cache_usage_perc{{{label}}} 0.25" in lines  # 16 of 64
    assert f"vllm:prompt_tokens_total{{{label}}} 30" in lines
    assert f"vllm:generation_tokens_total{{{label}}} 40" in lines
    assert f'vllm:request_success_total{{{label},finished_reason="length"}} 5' in lines
    assert f'isocost:hand_over_seconds{{{label},quantile="0.5"}} 0.001' in lines
    assert f'isocost:hand_over_seconds{{{label},quantile="0.99"}} 0.003' in lines  # the 100th of 100


def test_no_quantile_of_nothing() -> None:
    assert "quantile" not in exposition(Counters(), model="m", kv_cache_tokens=1)
