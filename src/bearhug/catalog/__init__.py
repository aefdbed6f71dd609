"""The catalogue: listings, search, repo pages, profiles, the home page.

model.py     the words: Query, Sort, Listing
bits.py      sets of repos as whole numbers
census.py    which repo has which facet, in memory
queryfiles.py which file stands for downloading a model
looking.py   what matches a query, as sets
ordering.py  in which order, and where a page ends
store.py     rows in and out
service/     listing · info · downloads · home · looking
jobs.py      what happens once a day
api/         listings, repo info and overviews as JSON
pages/       … as pages
"""
