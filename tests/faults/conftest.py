import shutil

import pytest

from tests.faults.harness import Yard


@pytest.fixture(scope="session")
def yard(tmp_path_factory):
    folder = tmp_path_factory.mktemp("yard")
    yard = Yard(folder)
    yield yard
    yard.worker.stop()
    shutil.rmtree(folder, ignore_errors=True)
