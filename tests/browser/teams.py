"""Organizations and projects."""

from service import OPERATOR, ask, person
from visits import press, press_link, reads, sign_in

# More than a page of a history holds.
LONG = 31


def with_team(program, name):
    """An organization of `name`, with a member and an open invitation. Returns its id, and both accounts with their sessions."""
    owner, session = person(program.base, name)
    organization = ask(program.base, "POST", "/v1/organizations", {"name": "Analytical Engines"}, session)["id"]
    member, members = person(program.base, f"member-of-{name}")
    path = f"/v1/admin/organizations/{organization}/members/{member}"
    ask(program.base, "PUT", path, {"role": "member"}, OPERATOR)
    wish = {"email": f"guest-of-{name}@example.com", "role": "admin"}
    ask(program.base, "POST", f"/v1/organizations/{organization}/invitations", wish, session)
    return organization, (owner, session), (member, members)


def with_project(program, name):
    """A project of `name`, in an organization with a member. Returns its id, the session of its owner, and the member."""
    organization, (_, session), (member, _) = with_team(program, name)
    project = ask(program.base, "POST", f"/v1/organizations/{organization}/projects", {"name": "Looms"}, session)["id"]
    return project, session, member


@reads("/settings/organizations")
def settings_organizations(program, reading):
    person(program.base, "alone")
    sign_in(program, reading, "alone@example.com", "/settings/organizations")
    reading.shows("You are not a member of any organization", "Create an organization")
    reading.context.clear_cookies()
    with_team(program, "teamed")
    sign_in(program, reading, "teamed@example.com", "/settings/organizations")
    reading.shows("Your organizations", "Analytical Engines", "Owner")


@reads("/settings/organizations/new")
def settings_new_organization(program, reading):
    person(program.base, "founder")
    sign_in(program, reading, "founder@example.com", "/settings/organizations/new")
    reading.shows("Create an organization", "You will be its owner.")
    press(reading, "Create an organization")
    reading.shows("Enter a name of 1 to 200 letters", refused=422)
    reading.page.get_by_label("Name", exact=True).fill("Difference Engines")
    press(reading, "Create an organization")
    reading.shows("The organization is there", "Difference Engines", "Nobody is invited at the moment.")


@reads("/settings/organizations/{id}")
def settings_organization(program, reading):
    organization, _, _ = with_team(program, "leader")
    sign_in(program, reading, "leader@example.com", f"/settings/organizations/{organization}")
    reading.shows("Analytical Engines", "About the organization", "Members", "guest-of-leader@example.com", "Leave")
    reading.context.clear_cookies()
    sign_in(program, reading, "member-of-leader@example.com", f"/settings/organizations/{organization}")
    reading.shows("Your role does not allow it; ask one of them.")


@reads("/settings/organizations/{id}/history")
def settings_organization_history(program, reading):
    """Members are told who did what, by name."""
    organization, (_, session), _ = with_team(program, "chronicler")
    ask(program.base, "PATCH", f"/v1/organizations/{organization}", {"name": "Difference Engines"}, session)
    sign_in(program, reading, "member-of-chronicler@example.com", f"/settings/organizations/{organization}")
    reading.page.get_by_role("heading", name="What happened lately").wait_for()
    press_link(reading, "All of its history")
    reading.shows("History of Difference Engines", "The organization was renamed to “Difference Engines”", "by chronicler")
    reading.open("/settings/organizations/org_00000000000000000000000001/history")
    reading.shows("Page not found", refused=404)


@reads("/settings/organizations/{id}/name")
def settings_organization_name(program, reading):
    organization, _, _ = with_team(program, "namer")
    sign_in(program, reading, "namer@example.com", f"/settings/organizations/{organization}/name")
    reading.shows("Rename the organization")
    reading.page.get_by_label("Name", exact=True).fill("Mills")
    press(reading, "Save")
    reading.shows("The name is changed.", "Mills")


@reads("/settings/organizations/{id}/members/{account_id}")
def settings_member(program, reading):
    organization, (owner, _), (member, _) = with_team(program, "chief")
    members = f"/settings/organizations/{organization}/members"
    sign_in(program, reading, "chief@example.com", f"{members}/{member}")
    reading.shows("About this member", "Change the role", "Remove from the organization")
    reading.page.locator("input[value=admin]").check()
    press(reading, "Save")
    reading.shows("The role is changed.")
    reading.open(f"{members}/{owner}")
    reading.page.locator("input[value=member]").check()
    press(reading, "Save")
    reading.shows("There must be an owner.", refused=409)


@reads("/settings/organizations/{id}/members/{account_id}/remove")
def settings_member_removal(program, reading):
    organization, (owner, _), (member, _) = with_team(program, "strict")
    members = f"/settings/organizations/{organization}/members"
    sign_in(program, reading, "strict@example.com", f"{members}/{owner}/remove")
    reading.shows("Leave Analytical Engines?")
    press(reading, "Leave")
    reading.shows("The organization would have no owner.", refused=409)
    reading.open(f"{members}/{member}/remove")
    reading.shows("Remove member-of-strict from Analytical Engines?")
    press(reading, "Remove")
    reading.shows("The member is removed.")


@reads("/settings/organizations/{id}/invite")
def settings_invite(program, reading):
    organization, _, _ = with_team(program, "inviting")
    sign_in(program, reading, "inviting@example.com", f"/settings/organizations/{organization}/invite")
    reading.shows("Invite somebody to Analytical Engines")
    press(reading, "Send the invitation")
    reading.shows("Enter an email address in the form", refused=422)
    reading.page.get_by_label("Email address").fill("another-guest@example.com")
    press(reading, "Send the invitation")
    reading.shows("The invitation is on its way.", "another-guest@example.com")


@reads("/settings/organizations/{id}/invitations/{invitation_id}/revoke")
def settings_revocation(program, reading):
    organization, _, _ = with_team(program, "wavering")
    sign_in(program, reading, "wavering@example.com", f"/settings/organizations/{organization}")
    press(reading, "Send again")
    reading.shows("The invitation is on its way.")
    press(reading, "Take back")
    reading.shows("The invitation is taken back.", "Nobody is invited at the moment.")


@reads("/settings/projects")
def settings_projects(program, reading):
    person(program.base, "projectless")
    sign_in(program, reading, "projectless@example.com", "/settings/projects")
    reading.shows("You have no projects", "Go to organizations")
    reading.context.clear_cookies()
    with_project(program, "weaver")
    sign_in(program, reading, "weaver@example.com", "/settings/projects")
    reading.shows("Analytical Engines", "Looms", "Create a project")


@reads("/settings/organizations/{id}/projects/new")
def settings_new_project(program, reading):
    organization, _, _ = with_team(program, "maker")
    sign_in(program, reading, "maker@example.com", f"/settings/organizations/{organization}/projects/new")
    reading.shows("Create a project", "The project belongs to Analytical Engines.")
    reading.page.get_by_label("Name", exact=True).fill("Looms")
    press(reading, "Create a project")
    reading.shows("Looms is ready", "We show the secret only now.", "Copy")


@reads("/settings/projects/{id}")
def settings_project(program, reading):
    project, session, _ = with_project(program, "spinner")
    sign_in(program, reading, "spinner@example.com", f"/settings/projects/{project}")
    reading.shows("Looms", "Project token", "API credentials", "Not used yet", "Owners")
    reading.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reading.page.get_by_role("button", name="Copy API key").click()
    reading.shows("Copied", alike=True)
    copied = reading.page.evaluate("navigator.clipboard.readText()")
    if not copied.startswith("psk_"):
        reading.faults.append(f"{copied} was copied")
    wish = {"confirm": True, "keep_previous_hours": 24}
    ask(program.base, "POST", f"/v1/projects/{project}/credentials/reset", wish, session)
    reading.open(f"/settings/projects/{project}")
    reading.shows("The old key and secret still work", "They have not been used since the reset.")
    reading.context.clear_cookies()
    sign_in(program, reading, "member-of-spinner@example.com", f"/settings/projects/{project}")
    reading.shows("You can look at this project.")


@reads("/settings/projects/{id}/history")
def settings_project_history(program, reading):
    """Page by page, newest first."""
    project, session, _ = with_project(program, "annalist")
    for _ in range(LONG):
        ask(program.base, "POST", f"/v1/projects/{project}/credentials/reset", {"confirm": True}, session)
    sign_in(program, reading, "annalist@example.com", f"/settings/projects/{project}")
    reading.shows("What happened lately", "All of its history")
    press_link(reading, "All of its history")
    reading.shows("History of Looms", "The API key and secret of the project were reset", "by you")
    press_link(reading, "Older")
    reading.shows("The project “Looms” was created", "Newest")
    press_link(reading, "Newest")
    reading.page.wait_for_url(f"**/projects/{project}/history")


@reads("/settings/projects/{id}/name")
def settings_project_name(program, reading):
    project, _, _ = with_project(program, "relabel")
    sign_in(program, reading, "relabel@example.com", f"/settings/projects/{project}/name")
    reading.shows("Rename the project")
    reading.page.get_by_label("Name", exact=True).fill("Mills")
    press(reading, "Save")
    reading.shows("The name is changed.", "Mills")


@reads("/settings/projects/{id}/secret")
def settings_secret(program, reading):
    project, _, _ = with_project(program, "curious")
    sign_in(program, reading, "curious@example.com", f"/settings/projects/{project}/secret")
    reading.shows("Reveal the API secret?")
    press(reading, "Reveal the secret")
    reading.shows("All owners of the project are told by email that you have seen it.", "We show the secret only now.")


@reads("/settings/projects/{id}/reset")
def settings_reset(program, reading):
    project, _, _ = with_project(program, "resetter")
    sign_in(program, reading, "resetter@example.com", f"/settings/projects/{project}/reset")
    reading.shows("Reset API credentials", "Are you sure?", "Applications in production")
    reading.page.get_by_label("After an overlap").check()
    reading.page.get_by_label("Hours of overlap").fill("200")
    press(reading, "Reset API key and secret")
    reading.shows("Enter a whole number of hours from 1 to 168", refused=422)
    reading.page.get_by_label("Hours of overlap").fill("48")
    press(reading, "Reset API key and secret")
    reading.shows("Your new API credentials", "The old key and secret go on working until")


@reads("/settings/projects/{id}/overlap")
def settings_overlap(program, reading):
    project, session, _ = with_project(program, "changer")
    wish = {"confirm": True, "keep_previous_hours": 24}
    ask(program.base, "POST", f"/v1/projects/{project}/credentials/reset", wish, session)
    sign_in(program, reading, "changer@example.com", f"/settings/projects/{project}/overlap")
    reading.shows("End the overlap now?")
    press(reading, "End the overlap")
    reading.shows("The overlap is over.")


@reads("/settings/projects/{id}/owners")
def settings_owners(program, reading):
    project, _, _ = with_project(program, "sharer")
    sign_in(program, reading, "sharer@example.com", f"/settings/projects/{project}/owners")
    reading.shows("Add an owner", "Owner already", "member-of-sharer")
    press(reading, "Make owner")
    reading.shows("The member is an owner of the project now.")


@reads("/settings/projects/{id}/owners/{account_id}/remove")
def settings_owner_removal(program, reading):
    project, session, member = with_project(program, "unsharing")
    ask(program.base, "PUT", f"/v1/projects/{project}/owners/{member}", None, session)
    sign_in(program, reading, "unsharing@example.com", f"/settings/projects/{project}/owners/{member}/remove")
    reading.shows("Remove member-of-unsharing as an owner?")
    press(reading, "Remove as an owner")
    reading.shows("The member is no longer named as an owner of the project.")
