"""The HTTP application: assembly, problem details, security headers, and the pages."""
