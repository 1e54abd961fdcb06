from niangjia.apps.cases.tests.conftest import built, desk, funded  # noqa: F401
