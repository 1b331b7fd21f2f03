"""What we spend at providers: prepaid pools, budgets, and what operators are told of both."""
