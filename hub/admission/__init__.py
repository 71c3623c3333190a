"""Who may use how much of this process: budgets of clients, prices of operations, refusals."""
