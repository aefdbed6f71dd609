"""Who is asking, and what their credential lets them do. No pages: those are accounts/'."""
