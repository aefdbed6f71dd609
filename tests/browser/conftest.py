"""What all tests in a browser have in common."""

from playwright.sync_api import expect

# What a page must come to show, however loaded the machine is: what works does not wait so long.
expect.set_options(timeout=30_000)
