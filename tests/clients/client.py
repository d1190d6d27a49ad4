"""A person signs in, and sees who they are, by way of the package that was made from the description."""

import sys

from made import AuthenticatedClient, Client
from made.api.me import change_preferences, get_me
from made.api.sessions import sign_in
from made.models import Credentials, Me, PreferencesChange, Problem, SignedIn

base, email, password = sys.argv[1:]
refused = sign_in.sync(client=Client(base_url=base), body=Credentials(email=email, password="another password"))
assert isinstance(refused, Problem) and refused.type_ == "/problems/wrong-credentials", refused
session = sign_in.sync(client=Client(base_url=base), body=Credentials(email=email, password=password))
assert isinstance(session, SignedIn), session
client = AuthenticatedClient(base_url=base, token=session.token)
me = get_me.sync(client=client)
assert isinstance(me, Me) and me.email == email, me
changed = change_preferences.sync(client=client, body=PreferencesChange(usage_logging=False))
assert changed.usage_logging is False, changed
