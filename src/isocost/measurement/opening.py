"""From a URL to a target that is known to work."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from isocost.core.errors import InputError, MeasurementError
from isocost.measurement.address import EndpointType, resolve_address
from isocost.measurement.answer import one_line
from isocost.measurement.billing import carries_key, is_own_host, refuse_uncapped
from isocost.measurement.blotting import blot_out, hiding, holds
from isocost.measurement.calibration import find_prompts
from isocost.measurement.dialect import Dialect, request_body
from isocost.measurement.plain_http import PlainClient
from isocost.measurement.probe import fewest_tokens, find_dialect, find_served
from isocost.measurement.prompts import PromptRules
from isocost.measurement.request import head_of
from isocost.measurement.secret import read_api_key
from isocost.measurement.target import HttpTarget
from isocost.measurement.telemetry import offers_metrics
from isocost.measurement.untimed_budget import UntimedBudget
from isocost.measurement.worst_case import refuse_open_ended, worst_case

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from isocost.measurement.budget import Budget
    from isocost.measurement.probe import Served
    from isocost.measurement.prompts import PromptSource

__all__ = ["Access", "open_target", "open_untimed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How one gets at an endpoint; what is secret is read only when it is used.

    Parameters
    ----------
    api_key_env : str or None
        Environment variable that holds the key.
    api_key_file : str or Path or None
        File whose first line is the key; without either no key is sent.
    headers : mapping of str to str
        Sent with every request.
    insecure : bool
        Do not verify TLS.
    timeout_s : float
        Longest time for one reply while looking, above 0.
    """

    api_key_env: str | None = None
    api_key_file: str | Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    insecure: bool = False
    timeout_s: float = 120.0


def open_target(
    url: str,
    model: str | None = None,
    *,
    endpoint_type: EndpointType | None = None,
    access: Access | None = None,
    extra_body: Mapping[str, Any] | None = None,
    prompts: PromptSource | PromptRules | None = None,
    budget: Budget | None = None,
) -> HttpTarget:
    """Look how an endpoint wants to be spoken to, and return it ready to be measured.

    A handful of one-token requests is sent: which model, whether ``ignore_eos`` and ``usage`` are taken,
    how prompts of an exact length can be made.

    Parameters
    ----------
    url : str
        With or without ``/v1`` or a full path.
    model : str, optional
        May be left out where exactly one is served.
    endpoint_type : {"completions", "chat", "responses"}, optional
        As the URL's path says, else completions.
    access : Access, optional
        Key, headers, TLS.
    extra_body : mapping, optional
        Fields added to each request.
    prompts : IdPrompts or TextPrompts or PromptRules, optional
        Where prompts come from; found out when not given, by rules where those are.
    budget : Budget, optional
        What these requests may use. One with a cap is needed where a key goes to a host that is neither this
        machine nor in a private network, unless its limits call the target self-hosted.

    Returns
    -------
    HttpTarget
        Its ``facts`` say what the endpoint told of itself, and how prompts are made.

    Raises
    ------
    InputError
        If the address, key, header or model cannot be used as given, or requests may cost money without end.
    BudgetError
        If the budget does not even allow these requests.
    MeasurementError
        If there is no server, it refuses access, or it does not work.
    """
    access = access or Access()
    target = _unprobed(url, model, endpoint_type, access, extra_body)
    target = replace(target, paid=_is_paid(target, access, budget))
    with hiding(target.hidden):
        return _probed(target, model, _client(target, access.timeout_s, budget), prompts)


def open_untimed(
    url: str,
    model: str | None = None,
    *,
    endpoint_type: EndpointType | None = None,
    access: Access | None = None,
    extra_body: Mapping[str, Any] | None = None,
    budget: Budget | None = None,
) -> HttpTarget:
    """Look which model an endpoint serves, and return it ready to be asked; it generates nothing for that.

    Parameters and errors are those of `open_target`; whether it streams, and how prompts of a wanted length
    are made, stays open.
    """
    access = access or Access()
    target = _unprobed(url, model, endpoint_type, access, extra_body)
    target = replace(target, paid=_is_paid(target, access, budget))
    with hiding(target.hidden):
        served = _harmless(find_served(_client(target, access.timeout_s), model), target)
    dialect = replace(target.dialect, model=served.model, ignore_eos=False, usage_in_stream=False)
    return replace(target, dialect=dialect, facts=_facts(target, dialect, served))


def _unprobed(
    url: str,
    model: str | None,
    endpoint_type: EndpointType | None,
    access: Access,
    extra_body: Mapping[str, Any] | None,
) -> HttpTarget:
    address = resolve_address(url)
    if endpoint_type not in (None, "completions", "chat", "responses"):
        raise InputError(f"the endpoint type is completions, chat or responses, got {endpoint_type!r}")
    kind = endpoint_type or address.implied_type or "completions"
    target = HttpTarget(
        address=address,
        dialect=Dialect(model=model or "", endpoint_type=kind, extra=dict(extra_body or {})),
        api_key=read_api_key(env=access.api_key_env, file=access.api_key_file),
        headers=dict(access.headers),
        insecure=access.insecure,
    )
    head_of(address, "POST", address.path(kind), target.request_headers)  # refuses what cannot be sent
    return target


def _is_paid(target: HttpTarget, access: Access, budget: Budget | None) -> bool:
    """Whether requests may cost money, as far as the address tells; refused where that has no end."""
    keyed = carries_key(env=access.api_key_env, file=access.api_key_file, headers=access.headers)
    limits = None if budget is None else budget.limits
    if limits is not None and limits.is_cap:
        refuse_open_ended(target.dialect.extra)
    if not keyed or (limits is not None and limits.self_hosted) or is_own_host(target.address.host):
        return False
    refuse_uncapped(target.address.url, limits, "a key is sent to a host that is not in a private network")
    return True


def _probed(
    target: HttpTarget, model: str | None, client: PlainClient, prompts: PromptSource | PromptRules | None
) -> HttpTarget:
    served = _harmless(find_served(client, model), target)
    dialect = find_dialect(client, replace(target.dialect, model=served.model))
    if prompts is None or isinstance(prompts, PromptRules):
        source = find_prompts(client, dialect, prompts)
    else:
        source = prompts
    prompt = source.prompt(16, seed=0, index=0, warmup=True)
    trial = request_body(dialect, prompt, output_tokens=fewest_tokens(dialect))
    salt = secrets.randbits(31)
    keeps = client.keeps_open(target.address.path(dialect.endpoint_type), trial)
    told = offers_metrics(target.address, insecure=target.insecure)
    facts = {
        "prompts": source.method,
        "ignore_eos": "sent" if dialect.ignore_eos else "refused by the server",
        **({} if dialect.greedy else {"temperature": "the server takes none but its own"}),
        "connections": "kept open" if keeps else "closed by the server after each answer",
        "prompt_salt": str(salt),
        **({"server_metrics": "read about every second"} if told else {}),
        **_facts(target, dialect, served),
    }
    return replace(
        target,
        dialect=dialect,
        prompts=source,
        keeps_connections=keeps,
        salt=salt,
        offers_metrics=told,
        facts=facts,
    )


def _client(target: HttpTarget, timeout_s: float, budget: Budget | None = None) -> PlainClient:
    return PlainClient(
        address=target.address,
        headers=target.request_headers,
        hide=target.hidden,
        insecure=target.insecure,
        timeout_s=timeout_s,
        budget=None if budget is None else UntimedBudget(budget, worst_case(target.dialect.extra)),
    )


def _facts(target: HttpTarget, dialect: Dialect, served: Served) -> dict[str, str]:
    return {
        "address": target.address.url,
        "endpoint_type": dialect.endpoint_type,
        **({"tls": "certificate not verified"} if target.insecure else {}),
        **{name: one_line(blot_out(value[:1024], target.hidden)) for name, value in served.facts.items()},
    }


def _harmless(served: Served, target: HttpTarget) -> Served:
    """Refuse a model that is called after the key: its name would be written everywhere."""
    if target.api_key is not None and holds(served.model, target.api_key.reveal()):
        raise MeasurementError(
            f"{target.address.url} gives the API key back as the name of a model; nothing was measured, "
            "since that name would be written down: withdraw the key and ask who runs this server"
        )
    return served
