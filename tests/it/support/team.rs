//! Organizations, their members and their projects, made below HTTP.

use api::token::{self, Kind};
use domain::account::{Account, AccountCommand, Preferences};
use domain::organization::{Member, Organization, OrganizationAction, OrganizationCommand, Role};
use domain::project::{MemberActor, Project, ProjectAction, ProjectCommand};
use domain::{AccountId, Actor, CredentialId, MembershipId, OperatorId, OrganizationId, ProjectId};
use event_store::records::RecordWrite;
use event_store::records::credential::{self, CredentialKind, NewCredential};
use event_store::{CommandContext, CommitExtras, EventStore, ExecuteError, UnitOfWork};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

/// An organization.
#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) id: OrganizationId,
    pub(crate) members: Vec<(AccountId, Member)>,
}

/// A project, and its first credentials.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) id: ProjectId,
    pub(crate) credentials: Pair,
}

/// An API key and secret.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) id: CredentialId,
    pub(crate) secret: String,
    kept: RecordWrite,
}

/// Opens an account that nobody can sign in to yet.
pub(crate) async fn open_account(store: &EventStore, email: &str) -> AccountId {
    let account_id = AccountId::generate(store.services());
    open_account_as(store, account_id, email).await;
    account_id
}

/// The same, with an id that was chosen before.
pub(crate) async fn open_account_as(store: &EventStore, account_id: AccountId, email: &str) {
    let command = AccountCommand::Register {
        account_id,
        email: email.parse().unwrap(),
        name: "Bob Example".to_owned(),
        preferences: Preferences { personalization: true, usage_logging: true },
        policy_version: "1".to_owned(),
    };
    let (id, context) = (account_id.to_string(), CommandContext::service(Uuid::nil()));
    store.execute::<Account>(&id, command, &context, CommitExtras::default()).await.unwrap();
}

/// Makes an organization with these members, the first of whom is an owner. Each account says the same of itself.
pub(crate) async fn found_team(store: &EventStore, members: &[(AccountId, Role)]) -> Team {
    let (services, (owner, others)) = (store.services(), members.split_first().unwrap());
    let id = OrganizationId::generate(services);
    let stays: Vec<MembershipId> = members.iter().map(|_| MembershipId::generate(services)).collect();
    let create = OrganizationAction::Create {
        organization_id: id,
        name: "Engines".to_owned(),
        owner: owner.0,
        membership_id: stays[0],
    };
    let join = |((account_id, role), membership_id): (&(AccountId, Role), &MembershipId)| {
        OrganizationAction::AddMember { account_id: *account_id, membership_id: *membership_id, role: *role }
    };
    let wishes: Vec<_> = [create].into_iter().chain(others.iter().zip(&stays[1..]).map(join)).collect();
    let work = async |mut unit: UnitOfWork| {
        for action in &wishes {
            let command = OrganizationCommand {
                by: Actor::Operator(OperatorId::generate(services)).into(),
                action: action.clone(),
            };
            unit.execute::<Organization>(&id.to_string(), command).await.unwrap();
        }
        for ((account, _), membership_id) in members.iter().zip(&stays) {
            let join =
                AccountCommand::JoinOrganization { organization_id: id, membership_id: *membership_id };
            unit.execute::<Account>(&account.to_string(), join).await.unwrap();
        }
        Ok::<_, ()>((unit, CommitExtras::default(), ()))
    };
    done(store.transact(&CommandContext::service(Uuid::nil()), work).await);
    let member = |(member, membership_id): (&(AccountId, Role), &MembershipId)| {
        (member.0, Member { membership_id: *membership_id, role: member.1 })
    };
    Team { id, members: members.iter().zip(&stays).map(member).collect() }
}

/// Has the first member of a team create a project.
pub(crate) async fn found_project(store: &EventStore, team: &Team) -> Made {
    let id = ProjectId::generate(store.services());
    let token = store.services().ids.uuid().simple().to_string();
    let credentials = Pair::make(store, id, team.id).await;
    let by = team.founder(store).await;
    let action = ProjectAction::Create {
        project_id: id,
        organization_id: team.id,
        name: "Looms".to_owned(),
        token: token.clone(),
        credential_id: credentials.id,
        fingerprint: credentials.fingerprint(),
    };
    let open = RecordWrite::OpenProject { project: id, organization: team.id, token };
    let extras = CommitExtras { records: vec![open, credentials.kept.clone()], ..CommitExtras::default() };
    let context = CommandContext::service(Uuid::nil());
    let created = store.transact(&context, async |mut unit| {
        let command = ProjectCommand { by, action: action.clone() };
        unit.execute::<Project>(&id.to_string(), command).await.unwrap();
        Ok::<_, ()>((unit, extras.clone(), ()))
    });
    created.await.unwrap();
    Made { id, credentials }
}

/// Resets the credentials of a project by the clock of `store`, as its first member, and keeps the old ones.
pub(crate) async fn reset(store: &EventStore, team: &Team, project: &Made, keep_previous_hours: u32) -> Pair {
    let pair = Pair::make(store, project.id, team.id).await;
    let by = team.founder(store).await;
    let action = ProjectAction::ResetCredentials {
        credential_id: pair.id,
        fingerprint: pair.fingerprint(),
        keep_previous_hours,
    };
    let command = ProjectCommand { by, action };
    let work = async |mut unit: UnitOfWork| {
        let after: Project = unit.execute(&project.id.to_string(), command.clone()).await.unwrap();
        let previous = after.body.unwrap().previous.unwrap();
        let limit = RecordWrite::LimitCredential { id: previous.credential_id, expires_at: previous.ends_at };
        Ok::<_, ()>((
            unit,
            CommitExtras { records: vec![limit, pair.kept.clone()], ..CommitExtras::default() },
            (),
        ))
    };
    done(store.transact(&CommandContext::service(Uuid::nil()), work).await);
    pair
}

fn done<T>(together: Result<T, ExecuteError<()>>) {
    together.unwrap_or_else(|error| panic!("{error:?}"));
}

impl Team {
    /// Its first member, as its projects take it.
    async fn founder(&self, store: &EventStore) -> MemberActor {
        let (organization, _) = store.load::<Organization>(&self.id.to_string()).await.unwrap();
        let founder = Actor::Account(self.members[0].0);
        MemberActor::member(organization.body().unwrap(), founder.into()).unwrap()
    }
}

impl Pair {
    async fn make(store: &EventStore, project: ProjectId, organization: OrganizationId) -> Self {
        let id = CredentialId::generate(store.services());
        let secret: SecretString = token::generate(Kind::ApiSecret);
        let kept = RecordWrite::IssueCredential(NewCredential {
            id,
            kind: CredentialKind::ApiPair,
            lookup: credential::secret_lookup(store.records(), &secret).await.unwrap(),
            owner: project.to_string(),
            organization: Some(organization),
            api_key: Some(token::generate(Kind::ApiKey).expose_secret().to_owned()),
            sealed: Some(credential::seal(store.records(), id, &secret).await.unwrap()),
            issued_at: store.services().now(),
            expires_at: None,
        });
        Self { id, secret: secret.expose_secret().to_owned(), kept }
    }

    fn fingerprint(&self) -> String {
        token::hash(&self.secret.as_str().into())[..6].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
