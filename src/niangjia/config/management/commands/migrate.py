"""
`migrate` as Django has it, in a quarter of its time where most models are new: when a deployment is made.

Django renders every model that a new one is tied to anew, with the new one: over the whole plan eleven thousand for a hundred and
seventy. A new model is added to the rendered ones here, as it is when the application itself is loaded; what changes a model that is
there goes Django's way. `config/tests/test_migrate.py` holds both to the same database.
"""

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState


class GrowingState(ProjectState):
    def add_model(self, model_state: ModelState) -> None:
        apps = self.__dict__.pop("apps", None)
        super().add_model(model_state)  # without rendered models it has none to render anew
        if apps is not None:
            self.__dict__["apps"] = apps
            apps.render_multiple([model_state])

    def _append_option(self, app_label: str, model_name: str, option_name: str, obj: Any) -> None:
        """A new index or constraint: nothing that is tied to the model is any different."""
        apps = self.__dict__.pop("apps", None)
        super()._append_option(app_label, model_name, option_name, obj)  # type: ignore[misc]
        if apps is not None:
            self.__dict__["apps"] = apps
            options = apps.get_model(app_label, model_name)._meta
            setattr(options, option_name, [*getattr(options, option_name), obj])
            options._expire_cache()

    def _find_reload_model(self, app_label: str, model_name: str, delay: bool = False) -> Any:
        """Never half of what is tied to it for now: each step of code that follows a half has all models rendered for itself."""
        return super()._find_reload_model(app_label, model_name)  # type: ignore[misc]

    def clone(self) -> ProjectState:
        plain = super().clone()
        plain.__class__ = GrowingState
        return plain


class GrowingExecutor(MigrationExecutor):
    def _create_project_state(self, with_applied_migrations: bool = False) -> ProjectState:
        plain = super()._create_project_state(with_applied_migrations)  # type: ignore[misc]
        return GrowingState(plain.models, plain.real_apps)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        theirs = vars(migrate)["MigrationExecutor"]
        vars(migrate)["MigrationExecutor"] = GrowingExecutor
        try:
            super().handle(*args, **options)
        finally:
            vars(migrate)["MigrationExecutor"] = theirs
