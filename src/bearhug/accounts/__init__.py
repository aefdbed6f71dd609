"""People and organisations: sign-up, sessions, tokens, members, settings.

model/     the words: Account, Role names, Scope, Token; rules for names and passwords; the events
store/     rows in and out: people, members, credentials
service/   what people do with accounts; `find` resolves a name for every door above
api.py     … as JSON: whoami, avatars
pages/     … as pages: the threshold, settings, organisations, avatars
"""
