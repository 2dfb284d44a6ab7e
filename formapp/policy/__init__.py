"""What we promise: the shape of docs/policy.toml and its loader."""
