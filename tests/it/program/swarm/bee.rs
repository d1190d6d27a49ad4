//! One of the clients: wishes something at random, again and again.

use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::{OrganizationId, ProjectId};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

use super::world::World;
use crate::support::Client;

/// Organizations that are chosen more often than others: so that clients meet.
const BUSY: usize = 40;
/// How long one waits who is told that the service is busy.
const BREATH: Duration = Duration::from_millis(200);

/// See the module.
pub(super) struct Bee<'a> {
    pub(super) world: &'a World,
    rng: StdRng,
    client: Client,
}

/// Where and as whom something is wished.
pub(super) struct Place {
    /// Which of the organizations, and its id.
    pub(super) number: usize,
    pub(super) team: OrganizationId,
    pub(super) project: Option<ProjectId>,
    /// Who wishes: a member, mostly.
    pub(super) who: usize,
    /// Whom it concerns: a member as well, mostly.
    pub(super) whom: usize,
}

impl<'a> Bee<'a> {
    pub(super) fn new(world: &'a World, seed: u64) -> Self {
        Self { world, rng: StdRng::seed_from_u64(seed), client: world.program().client() }
    }

    /// Wishes so many things.
    pub(super) async fn swarm(mut self, wishes: usize) {
        for _ in 0..wishes {
            self.wish().await;
        }
    }

    pub(super) fn below(&mut self, number: usize) -> usize {
        self.rng.random_range(0..number)
    }

    /// True in one of so many cases.
    pub(super) fn seldom(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    pub(super) fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub(super) fn somebody(&mut self) -> usize {
        self.below(self.world.people.len())
    }

    /// Somewhere.
    pub(super) fn place(&mut self) -> Place {
        let (count, busy) = (self.world.teams.lock().unwrap().len(), !self.seldom(3));
        let number = self.below(if busy { BUSY } else { count });
        let seen = self.world.teams.lock().unwrap()[number].clone();
        let project = (!seen.projects.is_empty()).then(|| self.pick(&seen.projects));
        let mut member = || if self.seldom(10) { self.somebody() } else { self.pick(&seen.members) };
        let (who, whom) = (member(), member());
        Place { number, team: seen.id, project, who, whom }
    }

    /// Asks as somebody: a route, what stands in it in the place of its parameters, and a body.
    pub(super) async fn ask(
        &mut self,
        who: usize,
        method: &str,
        route: &str,
        parameters: &[&str],
        body: Value,
    ) -> (u16, Value) {
        let holder = &self.world.people[who];
        let was_gone = holder.gone.load(Ordering::SeqCst);
        let mut parts = route.split(['{', '}']);
        let mut path = parts.next().unwrap().to_owned();
        for parameter in parameters {
            path.push_str(parameter);
            path.push_str(parts.nth(1).unwrap());
        }
        let client = self.client.with_token(&holder.token);
        let mut answer = client.ask(method, &path, body.clone()).await;
        // Other tests take the machine's time: who is told that the service is busy tries again, a few times.
        for _ in 0..5 {
            if answer.1["type"] != "/problems/busy" {
                break;
            }
            tokio::time::sleep(BREATH).await;
            answer = client.ask(method, &path, body.clone()).await;
        }
        self.world.check(method, route, &answer);
        // Too many dead tokens come from here to look at each.
        assert!(
            !was_gone || matches!(answer.0, 401 | 429),
            "{method} {path} of an account that has ended: {answer:?}"
        );
        answer
    }
}
