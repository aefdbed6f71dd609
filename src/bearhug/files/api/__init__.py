"""Files as JSON. Clients: HfApi, @huggingface/hub.

content.py   trees, refs, commits, uploads announced
"""

from bearhug.files.api import content

routes = [*content.routes]
