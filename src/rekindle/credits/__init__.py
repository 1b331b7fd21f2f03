"""What a user can spend: the ledger of credits, holds on them, and prices."""
