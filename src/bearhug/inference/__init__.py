"""Which model runs here, runners, the HTTP and OpenAI APIs, widgets, saved runs.

model.py        the words: Placement, Run, Figures
engines/        what can load a model; supervisor.py, resident.py, memory.py keep it in bounds
service/        placing, listing and measuring models; saving runs
room.py         what one process keeps: its supervisor, who is asking, metrics
heard.py        what models said lately, so that a saved run is what was really said
asking.py       a question's way to a runner and back
watching.py     what a page shows while a model wakes
snippets.py     the same question as code
picture.py      a saved run as a picture
api/            OpenAI's API, the Hub's task API, placements
pages/          the panel on a model's page, saved runs
"""
