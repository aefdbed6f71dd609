"""Telling other servers what happens to repos, as the Hub does: payload version 3.

model.py      the words
payload.py    what is sent, as JSON
store/        webhooks and deliveries, rows in and out
service/      a person's webhooks; what happens, and whom to tell; what was sent
courier.py    sends what is due, many at once, beside everything else
jobs.py       forgetting, once a day
api.py        webhooks as JSON
pages.py      … in one's settings
"""
