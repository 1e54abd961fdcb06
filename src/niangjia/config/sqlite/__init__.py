"""SQLite as Django has it, except that whoever wrote for long lets others write before writing again."""
