"""What is shipped was proved for every input, and its cases would notice nineteen slips of twenty."""

import pytest

from niangjia.engines import policy
from niangjia.engines.policy.mutation import mutate_pack
from niangjia.engines.policy.prove import prove_pack
from tests.architecture.house import PROGRAMS

FOLDERS = [path.parent for path in policy.list_packs(PROGRAMS)]
LEAST_NOTICED = 0.95
PATIENCE = 600  # seconds for one question: a busy machine proves the same, later


@pytest.fixture(scope="module")
def vocabulary():
    return policy.load_vocabulary(PROGRAMS)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_shipped_program_keeps_its_promises_for_every_input(folder, vocabulary):
    proof = prove_pack(policy.load_pack(folder, vocabulary), limit_seconds=PATIENCE)
    assert proof.holds, "\n".join(
        f"{one.place} {one.en}\n{one.example}" for one in proof.findings if one.status not in ("proved", "information")
    )


@pytest.mark.parametrize(
    "folder",
    [path for path in FOLDERS if (path / "cases.yaml").exists()],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_the_cases_of_a_shipped_program_would_notice_a_slip(folder, vocabulary):
    report = mutate_pack(policy.load_pack(folder, vocabulary))
    missed = "\n".join(f"{one.place} {one.en}\n{one.example}" for one in report.survivors)
    assert report.noticed >= LEAST_NOTICED * report.counted, missed
