"""Django looks here for commands of `manage.py` that the whole house shares."""
