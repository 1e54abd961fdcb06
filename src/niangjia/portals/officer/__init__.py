"""Pages of staff: list, household, work order, review, notice, money, audit, administration."""
