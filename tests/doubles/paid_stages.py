"""Small stages to be measured against a server that keeps the bill, and what its tokens cost."""

from isocost.core.load import RequestShape
from isocost.journal import LoadStage, QualityStage, TargetSpec
from isocost.studies.question_sets import question_set

PRICES = {"input_usd_per_million": 100.0, "output_usd_per_million": 1000.0}


def load(url, limits=None, **changes):
    fields = {
        "target": TargetSpec(url=url),
        "workload": "tests",
        "shapes": (RequestShape(16, 4),),
        "concurrency": (2,),
        "repeats": 1,
        "requests_per_level": 40,
        "limits": limits,
    }
    return LoadStage(**{**fields, **changes})


def quality(url, limits=None, **target):
    known = question_set("small")
    return QualityStage(
        target=TargetSpec(url=url, endpoint_type="chat", **target),
        questions="small",
        digest=known.digest,
        count=len(known.questions),
        limits=limits,
    )
