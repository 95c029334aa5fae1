"""The public surface of the package: what users import and call, read from the source, and two of them compared."""
