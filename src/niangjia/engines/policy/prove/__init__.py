"""Proofs about a pack, for every input that the vocabulary allows: Z3 looks for one that breaks a promise, and none is found.

Always true here:
- only "no such input exists" is called proved; no answer within the time limit is called not proved, and is as bad as a refutation;
- every input that Z3 finds is decided by the engine as well, before it is shown: where the two differ, the prover is wrong, and
  says so;
- the typed tree is translated, the same that the Python and SQL back ends run; nothing is read twice;
- parameters have the values in force, stretch by stretch; those that a paper leaves open may have any value in their domain
  where something is said of every input, and have the values of ``cases.yaml`` where one input is looked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from niangjia.engines.policy.pack import Pack
from niangjia.engines.policy.parameters import Overrides
from niangjia.engines.policy.prove.examples import Examples, shared_of
from niangjia.engines.policy.prove.findings import Finding, Proof
from niangjia.engines.policy.prove.obligations import (
    Everywhere,
    Questions,
    Setting,
    as_programme,
    of_programme,
    of_sensing,
    of_stages,
)
from niangjia.engines.policy.prove.stretches import Calendar, Silence, calendar_of
from niangjia.engines.policy.prove.translate import Untranslatable
from niangjia.engines.policy.yamltext import BadFile, read_yaml

LIMIT_SECONDS = 10

Progress = Callable[[str, float], None]


def prove_pack(
    pack: Pack,
    *,
    overrides: Overrides | None = None,
    limit_seconds: int = LIMIT_SECONDS,
    progress: Progress = lambda label, share: None,
) -> Proof:
    """
    Ask everything of the pack, stretch by stretch. `overrides`: a deployment's parameters; then the proof is about its numbers.

    Raises:
        BadOverride: a value does not fit its parameter.
        PackError: ``cases.yaml`` cannot be read.
    """
    started = time.perf_counter()
    shared = shared_of(pack)
    places = places_of(pack)
    subject = as_programme(pack) if pack.triggers else pack
    nodes = (*subject.nodes, *(cap.amount.node for cap in pack.caps if cap.amount is not None))
    calendar = calendar_of(pack, nodes, overrides=overrides, filled=shared.parameters)
    examples = Examples(subject, shared, overrides, as_cases=not pack.triggers)
    findings = list(of_stages(pack, places))
    findings += [_silence(pack, names, areas, days) for (names, days), areas in _silences(calendar).items()]
    try:
        stretches = [
            Questions(Setting(subject, stretch, examples, places, limit_seconds)) for stretch in calendar.stretches
        ]
    except Untranslatable as unknown:
        findings.append(Finding(
            "translation", pack.id, "not_proved",
            f"证明器还不认识规则中的 {unknown}，本项目什么也没有证明。",
            f"The prover does not know {unknown} of the rule language yet; nothing was proved of this programme.",
            pack.file, pack.area, "", "", "", 0,
        ))  # fmt: skip
        stretches = []
    if not calendar.stretches:
        findings.append(Finding(
            "never-in-force", pack.id, "not_proved",
            "没有一天可以办理（见上面缺少的值），因此什么也没有证明。",
            "There is no day on which it can be decided (see the values that are missing), so nothing was proved.",
            pack.file, pack.area, "", "", "", 0,
        ))  # fmt: skip
    if stretches:
        asked = Everywhere(subject, stretches)
        for number, finding in enumerate(of_sensing(asked, pack) if pack.triggers else of_programme(asked)):
            progress(f"{pack.id} {finding.subject}", 1 - 1 / (2 + number / 20))
            findings.append(finding)
    return Proof(pack.id, pack.file, tuple(findings), len(calendar.stretches), round(time.perf_counter() - started, 3))


def places_of(pack: Pack) -> dict[tuple[str, int], str]:
    """Where the parts of the pack stand in its file: section and position → file:line."""
    try:
        root = read_yaml(pack.folder / "program.yaml", pack.file)
    except BadFile:
        return {}
    found = {}
    for section, item in root.table.items():
        found[section, 0] = f"{pack.file}:{item.line}"
        keys = tuple(item.keys.values()) if section == "monotone" else item.items
        found |= {(section, position): f"{pack.file}:{part.line}" for position, part in enumerate(keys)}
    return found


def _silences(calendar: Calendar) -> dict[tuple[tuple[str, ...], str], list[str]]:
    """(names, days) → areas: what is missing for many days and areas is told once."""
    spans: dict[tuple[str, tuple[str, ...]], list[Silence]] = {}
    for silence in calendar.silences:
        spans.setdefault((silence.area, silence.names), []).append(silence)
    found: dict[tuple[tuple[str, ...], str], list[str]] = {}
    for (area, names), parts in spans.items():
        found.setdefault((names, f"{parts[0].first} … {parts[-1].last}"), []).append(area)
    return found


def _silence(pack: Pack, names: tuple[str, ...], areas: list[str], days: str) -> Finding:
    listed, first, last = ", ".join(names), *days.split(" … ")
    return Finding(
        "no-value", pack.id, "information",
        f"{first} 至 {last} 没有值：{listed}。结论取决于这些数的不能办理；这些日子没有证明什么。",
        f"From {first} to {last} there is no value for {listed}: what hangs on it is not decided, and nothing is proved of these days.",
        pack.file, ", ".join(areas), days, "", "", 0,
    )  # fmt: skip


__all__ = ["LIMIT_SECONDS", "Finding", "Proof", "places_of", "prove_pack"]
