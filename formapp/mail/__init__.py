"""How mail looks and leaves: values in, values out; only `sender` touches a network."""
