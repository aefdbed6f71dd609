"""Files as JSON. Clients: HfApi, @huggingface/hub.

content.py   trees, refs, commits, uploads announced
whole.py     a repo as a whole: squashed, freed of large files, duplicated
"""

from bearhug.files.api import content, whole

routes = [*content.routes, *whole.routes]
