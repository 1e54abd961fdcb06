"""The auditor's desk: who saw what, samples, chains of hands, conflicts of interest, decisions made again."""
