"""Every SQL statement of this feature.

requests.py   who asked for what is behind a gate
groups.py     resource groups
reports.py    complaints and suspensions
leaks.py      tokens that were found where they should not be
"""
