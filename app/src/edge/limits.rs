//! Rate limits: a bucket for each client and class of operations, and one for all clients.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    num::NonZeroU32,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use actix_web::http::{StatusCode, header::HeaderValue};
use governor::{
    NotUntil, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed, keyed::DefaultKeyedStateStore},
};
use kernel_db::guard;
use kernel_web::{ApiError, ClientAddress, Networks};

use super::{class::Class, refusals::Credential};
use crate::config::Limits as Settings;

type Instant = <DefaultClock as Clock>::Instant;
type Keyed = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;
type Direct = RateLimiter<NotKeyed, InMemoryState, DefaultClock, governor::middleware::NoOpMiddleware<Instant>>;

/// The window that every limit is given for.
pub(super) const WINDOW_SECONDS: u32 = 60;

/// The most clients whose state a bucket keeps. Beyond that, neighbouring addresses share one state.
const MOST_CLIENTS: usize = 200_000;

/// The number of requests after which the state of quiet clients is dropped, even if little time has passed.
const SWEEP_AFTER: usize = 50_000;

/// A process of the store with a wrong key asks more often than a guesser of keys, and is not one.
const PROCESS_FAILURES: u32 = 10;

/// Every limit of one process.
pub(crate) struct Limits {
    exempt: Networks,
    classes: Vec<Option<Bucket>>,
    total: Option<(Direct, NonZeroU32)>,
    failures: Option<Bucket>,
    process_failures: Option<Bucket>,
    failure_delay: Duration,
    taken: AtomicUsize,
    /// Whether more than [`MOST_CLIENTS`] are known, so that neighbouring addresses share one state.
    is_crowded: AtomicBool,
}

/// One limit, for each client.
struct Bucket {
    policy: &'static str,
    per_minute: NonZeroU32,
    limiter: Keyed,
    policy_field: Option<HeaderValue>,
}

/// What is left of a limit after a request.
pub(crate) struct Left<'a> {
    pub(super) policy: &'static str,
    pub(super) per_minute: u32,
    pub(super) remaining: u32,
    /// The limit itself, as `RateLimit-Policy` says it.
    pub(super) policy_field: Option<&'a HeaderValue>,
}

/// A limit that was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OverLimit {
    pub(super) policy: &'static str,
    pub(super) per_minute: u32,
    pub(super) wait_seconds: u32,
    /// Whether the limit is one for all clients together.
    pub(super) is_total: bool,
}

/// What comes of a wrong credential.
pub(crate) enum Failure {
    /// The answer waits so long.
    Slowed(Duration),
    TooMany(OverLimit),
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        let classes = Class::ALL.map(|class| Bucket::new(class.name(), settings.per_minute(class.name())));
        let total = NonZeroU32::new(settings.total_per_minute);
        Self {
            exempt: settings.exempt.clone(),
            classes: classes.into(),
            total: total.map(|most| (RateLimiter::direct(Quota::per_minute(most)), most)),
            failures: Bucket::new("failures", settings.failures_per_minute),
            process_failures: Bucket::new("failures", settings.failures_per_minute.saturating_mul(PROCESS_FAILURES)),
            failure_delay: Duration::from_millis(settings.failure_delay_ms),
            taken: AtomicUsize::new(0),
            is_crowded: AtomicBool::new(false),
        }
    }

    /// Whether `client` may ask as often as it likes. Its wrong credentials count all the same.
    pub(crate) fn exempts(&self, client: ClientAddress) -> bool {
        self.exempt.contains(client.0)
    }

    /// Takes one request out of the client's bucket and then out of the one for all, so that a client that is refused
    /// takes nothing from the others. `None` where there is no limit.
    pub(crate) fn take(&self, class: Class, client: ClientAddress) -> Option<Result<Left<'_>, OverLimit>> {
        if guard::sabotaged("edge.limits") {
            return None;
        }
        let bucket = self.classes.get(position(class)).and_then(Option::as_ref);
        let taken = bucket.map(|bucket| bucket.take(self.key(client))).transpose();
        taken.and_then(|left| self.take_of_all().map(|()| left)).transpose()
    }

    /// Counts a wrong credential.
    pub(crate) fn failed(&self, credential: Credential, client: ClientAddress) -> Failure {
        let is_process = credential == Credential::ServiceToken;
        let bucket = if is_process { &self.process_failures } else { &self.failures };
        let Some(bucket) = bucket.as_ref().filter(|_| !guard::sabotaged("edge.failures")) else {
            return Failure::Slowed(Duration::ZERO);
        };
        match bucket.take(self.key(client)) {
            Ok(left) => {
                let used = left.per_minute.saturating_sub(left.remaining).saturating_sub(1);
                Failure::Slowed(self.failure_delay.saturating_mul(used.saturating_mul(10)) / left.per_minute)
            }
            Err(over) => Failure::TooMany(over),
        }
    }

    /// Lets go of the clients whose buckets are full again.
    pub(crate) fn forget_quiet(&self) {
        self.taken.store(0, Ordering::Relaxed);
        let buckets = self.classes.iter().flatten().chain(&self.failures).chain(&self.process_failures);
        let known = buckets.map(Bucket::forget_quiet).max().unwrap_or_default();
        self.is_crowded.store(known > MOST_CLIENTS, Ordering::Relaxed);
    }

    /// How many clients the fullest bucket keeps the state of.
    #[cfg(test)]
    pub(crate) fn known(&self) -> usize {
        self.classes.iter().flatten().map(|bucket| bucket.limiter.len()).max().unwrap_or_default()
    }

    fn key(&self, client: ClientAddress) -> IpAddr {
        if self.taken.fetch_add(1, Ordering::Relaxed) >= SWEEP_AFTER {
            self.forget_quiet();
        }
        let network = client.network();
        if self.is_crowded.load(Ordering::Relaxed) { neighbourhood(network) } else { network }
    }

    fn take_of_all(&self) -> Result<(), OverLimit> {
        let Some((limiter, most)) = &self.total else { return Ok(()) };
        limiter.check().map_err(|until| OverLimit {
            policy: "all",
            per_minute: most.get(),
            wait_seconds: seconds(&until, limiter.clock()),
            is_total: true,
        })
    }
}

impl Bucket {
    /// `None` for a limit of 0, which is no limit.
    fn new(policy: &'static str, per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
        let policy_field = HeaderValue::from_str(&format!("\"{policy}\";q={per_minute};w={WINDOW_SECONDS}")).ok();
        Some(Self { policy, per_minute, limiter, policy_field })
    }

    fn take(&self, key: IpAddr) -> Result<Left<'_>, OverLimit> {
        match self.limiter.check_key(&key) {
            Ok(state) => Ok(Left {
                policy: self.policy,
                per_minute: self.per_minute.get(),
                remaining: state.remaining_burst_capacity(),
                policy_field: self.policy_field.as_ref(),
            }),
            Err(until) => Err(OverLimit {
                policy: self.policy,
                per_minute: self.per_minute.get(),
                wait_seconds: seconds(&until, self.limiter.clock()),
                is_total: false,
            }),
        }
    }

    fn forget_quiet(&self) -> usize {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        self.limiter.len()
    }
}

impl OverLimit {
    /// The refusal, where `what` there was too much of.
    pub(super) fn problem(&self, what: &str) -> ApiError {
        let Self { policy, per_minute, wait_seconds, is_total } = self;
        let whose = if *is_total { "all clients together" } else { "your address" };
        let detail =
            format!("too many {what}: {per_minute} a minute is the limit for {whose}; try again in {wait_seconds} s");
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited", detail)
            .retry_after(*wait_seconds)
            .with("policy", *policy)
            .with("limit_per_minute", *per_minute)
    }
}

fn position(class: Class) -> usize {
    Class::ALL.iter().position(|known| *known == class).unwrap_or_default()
}

/// Whole seconds, rounded up: a client that retries after them is let in.
fn seconds(until: &NotUntil<Instant>, clock: &DefaultClock) -> u32 {
    let wait = until.wait_time_from(clock.now());
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}

fn neighbourhood(network: IpAddr) -> IpAddr {
    match network {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 16))),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 96))),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};

    use kernel_web::ClientAddress;

    use super::{Class, Limits, SWEEP_AFTER, neighbourhood};
    use crate::config::{Environment, load};

    fn limits(read_per_minute: u32) -> Limits {
        let limit = read_per_minute.to_string();
        let settings = load(None, &Environment::of(&[("BANYAN__LIMITS__READ_PER_MINUTE", &limit)])).unwrap().settings;
        Limits::new(&settings.limits)
    }

    fn client(number: u32) -> ClientAddress {
        ClientAddress(IpAddr::V6(Ipv6Addr::from_bits(u128::from(number) << 64)))
    }

    /// A flood from ever new addresses does not fill the memory: clients whose buckets are full again are let go of.
    #[test]
    fn quiet_clients_are_forgotten() {
        let limits = limits(6_000_000);
        for number in 0..150_000 {
            assert!(limits.take(Class::Read, client(number)).is_some_and(|taken| taken.is_ok()));
        }
        assert!(limits.known() <= SWEEP_AFTER + 5_000, "{} clients are known", limits.known());
        std::thread::sleep(std::time::Duration::from_millis(20));
        limits.forget_quiet();
        assert_eq!(limits.known(), 0);
    }

    #[test]
    fn beyond_a_number_neighbours_share() {
        let limits = limits(1);
        limits.is_crowded.store(true, std::sync::atomic::Ordering::Relaxed);
        let taken: Vec<bool> =
            (0..3).map(|number| limits.take(Class::Read, client(number)).is_some_and(|taken| taken.is_ok())).collect();
        assert_eq!(taken, [true, false, false]);
        assert_eq!(neighbourhood("198.51.100.7".parse().unwrap()).to_string(), "198.51.0.0");
    }
}
