"""Scripts of the pages: their pure parts under node, their elements in Chromium."""
