"""What leaders and auditors look at: the cockpit, targets, task lists, the auditor's desk. One package each, addresses of their own."""
