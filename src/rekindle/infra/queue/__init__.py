"""The queue port: says who works next. Our tables own the truth, so a task may come twice or late."""
