"""Who else may come in: gates and requests for access, resource groups, reports, leaked tokens.

model/     the words: Form, Request, Group, Report; the events
store/     rows in and out
service/   asking and deciding, grouping, reporting; what is decided here, `repos.can` reads
api/       … as JSON, for HfApi's access requests and the Hub's organisation calls
pages/     … as pages: the gate, its owner's lists, one's own requests, groups, reports
"""
