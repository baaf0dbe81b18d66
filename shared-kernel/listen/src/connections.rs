//! How many connections there may be, and what became of them.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
};

use crate::addresses::{Addresses, Counted, Full};

/// Which share a connection counts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    Regular,
    /// Kept for health checks and operators, when all regular ones are taken.
    Spare,
}

/// Why the server ended a connection, or never began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every connection was taken, the spare ones too.
    TurnedAway,
    /// Its address had as many as one may have.
    OfOneAddress,
    /// It was idle or spare, and another needed its place.
    Evicted,
    RefusedHead,
    SlowHead,
    SlowBody,
    UnreadAnswer,
}

impl Ended {
    pub const ALL: [Self; 7] = [
        Self::TurnedAway,
        Self::OfOneAddress,
        Self::Evicted,
        Self::RefusedHead,
        Self::SlowHead,
        Self::SlowBody,
        Self::UnreadAnswer,
    ];

    /// The value of a label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TurnedAway => "turned_away",
            Self::OfOneAddress => "of_one_address",
            Self::Evicted => "evicted",
            Self::RefusedHead => "refused_head",
            Self::SlowHead => "slow_head",
            Self::SlowBody => "slow_body",
            Self::UnreadAnswer => "unread_answer",
        }
    }
}

/// The connections of one listener. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Connections(Arc<Counts>, Addresses);

#[derive(Debug)]
struct Counts {
    regular_limit: usize,
    spare_limit: usize,
    regular: AtomicUsize,
    spare: AtomicUsize,
    turned_away: AtomicU64,
    of_one_address: AtomicU64,
    evicted: AtomicU64,
    refused_head: AtomicU64,
    slow_head: AtomicU64,
    slow_body: AtomicU64,
    unread_answer: AtomicU64,
}

impl Connections {
    /// `regular` for all, and `spare` more for what an operator needs.
    pub fn new(regular: usize, spare: usize) -> Self {
        let counts = Arc::new(Counts {
            regular_limit: regular.max(1),
            spare_limit: spare,
            regular: AtomicUsize::default(),
            spare: AtomicUsize::default(),
            turned_away: AtomicU64::default(),
            of_one_address: AtomicU64::default(),
            evicted: AtomicU64::default(),
            refused_head: AtomicU64::default(),
            slow_head: AtomicU64::default(),
            slow_body: AtomicU64::default(),
            unread_answer: AtomicU64::default(),
        });
        Self(counts, Addresses::default())
    }

    /// The same, of which one address has `most` at once; 0 sets no limit. An address for which `exempt` says so is not
    /// counted, such as that of a proxy, behind which there are many clients.
    #[must_use]
    pub fn of_one_address(self, most: usize, exempt: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self(self.0, Addresses::new(most, Arc::new(exempt)))
    }

    /// How many there are now.
    pub fn open(&self) -> usize {
        self.0.regular.load(Relaxed) + self.0.spare.load(Relaxed)
    }

    /// How many there may be for all.
    pub fn limit(&self) -> usize {
        self.0.regular_limit
    }

    /// How many there may be, the spare ones with them.
    pub(crate) fn most(&self) -> usize {
        self.0.regular_limit.saturating_add(self.0.spare_limit)
    }

    /// How often the server ended one for this reason.
    pub fn ended(&self, why: Ended) -> u64 {
        self.count(why).load(Relaxed)
    }

    pub(crate) fn note(&self, why: Ended) {
        self.count(why).fetch_add(1, Relaxed);
    }

    fn count(&self, why: Ended) -> &AtomicU64 {
        match why {
            Ended::TurnedAway => &self.0.turned_away,
            Ended::OfOneAddress => &self.0.of_one_address,
            Ended::Evicted => &self.0.evicted,
            Ended::RefusedHead => &self.0.refused_head,
            Ended::SlowHead => &self.0.slow_head,
            Ended::SlowBody => &self.0.slow_body,
            Ended::UnreadAnswer => &self.0.unread_answer,
        }
    }

    /// One more connection of `peer`.
    pub(crate) fn count_of(&self, peer: IpAddr) -> Result<Counted, Full> {
        self.1.count(peer)
    }

    /// A place among the regular connections.
    pub(crate) fn regular_place(&self) -> Option<Place> {
        self.place(Share::Regular, self.0.regular_limit)
    }

    pub(crate) fn spare_place(&self) -> Option<Place> {
        self.place(Share::Spare, self.0.spare_limit)
    }

    fn place(&self, share: Share, limit: usize) -> Option<Place> {
        let taken = |taken: usize| (taken < limit).then_some(taken + 1);
        self.taken(share).fetch_update(Relaxed, Relaxed, taken).ok()?;
        Some(Place { connections: self.clone(), share })
    }

    fn taken(&self, share: Share) -> &AtomicUsize {
        match share {
            Share::Regular => &self.0.regular,
            Share::Spare => &self.0.spare,
        }
    }
}

/// One connection's place, for as long as the connection lives.
#[derive(Debug)]
pub(crate) struct Place {
    connections: Connections,
    pub(crate) share: Share,
}

impl Place {
    pub(crate) fn note(&self, why: Ended) {
        self.connections.note(why);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.taken(self.share).fetch_sub(1, Relaxed);
    }
}
