"""One module a case: its docstring's first line is its title, `measure()` yields its results."""
