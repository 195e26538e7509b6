import pytest

from isocost.catalog import published_fit, published_fits, published_names
from isocost.core.errors import CatalogError


def test_a_name_may_be_short_where_one_model_has_it():
    assert published_fits("DAVINCI")[0].name == "openai/davinci"
    assert published_fits("Microsoft/tnlgv2_530b")[0].costed == 24


def test_a_short_name_of_several_models_is_refused_with_their_names():
    with pytest.raises(CatalogError) as error:
        published_fits("gpt-j-6b")
    assert str(error.value) == (
        "'gpt-j-6b' is the name of several published runtimes; say gooseai/gpt-j-6b or together/gpt-j-6b"
    )


def test_an_unknown_name_gets_the_nearest():
    with pytest.raises(CatalogError) as error:
        published_fits("davinchi")
    assert str(error.value).startswith("no published runtime of 'davinchi'; the nearest: openai/davinci")


def test_hardware_without_a_published_runtime_is_refused_with_what_there_is():
    with pytest.raises(CatalogError) as error:
        published_fit("together/opt-66b", "v100")
    assert str(error.value) == "no runtime of together/opt-66b on 'v100' is published; there is one on a100"


def test_a_copy_says_so_and_has_the_numbers_of_what_it_copies():
    copies = {
        fit.name: fit.copy_of for name in published_names() for fit in published_fits(name) if fit.copy_of
    }
    assert copies == {
        "together/opt-175b": "openai/davinci",
        "openai/curie": "ai21/j1-large",
        "microsoft/TNLGv2_7B": "ai21/j1-large",
        "huggingface/gptj_6b": "together/gpt-j-6b",
        "gooseai/gpt-j-6b": "together/gpt-j-6b",
        "cohere/xlarge-20220609": "anthropic/stanford-online-all-v4-s3",
        "gooseai/gpt-neo-20b": "together/gpt-neox-20b",
    }
    curie, large = published_fit("openai/curie", "a100"), published_fit("ai21/j1-large", "a100")
    assert curie.runtime == large.runtime
    assert (curie.relation, large.relation) == ("stand-in", None)
    assert published_fit("openai/curie", "api").copy_of is None  # timed itself


def test_times_are_positive_and_every_fit_has_a_dated_source():
    for name in published_names():
        for fit in published_fits(name):
            assert fit.runtime.decode_s > 0
            assert all(alpha > 0 for _, alpha in fit.runtime.prefill_s)
            assert "2305.02440" in fit.source or "crfm-helm" in fit.source
            assert len(fit.date) == len("2023-09-20")
            assert (fit.metric == "denoised") == (fit.runtime.overhead_s is not None)
