"""Money that comes in: plans and credits that are paid for, refunds and disputes, and what follows for the ledger."""
