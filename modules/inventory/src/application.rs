//! What can be done to stock: one file for each thing.
//!
//! What every order needs is done for a crowd at once, in one transaction of a handful of statements: `hold`, `commit`
//! and `release` each say in `serve` what is done for many, and one is a crowd of one.

mod adjust;
mod book;
mod commit;
mod forget;
mod hold;
mod inspect;
mod introduce;
mod mend;
mod release;
mod sweep;
mod threshold;

pub(crate) use book::Book;

use kernel::{CallContext, OrderId};
use kernel_db::{Crowd, Db};

use self::hold::{Verdict, Wish};
use crate::{Config, error::InventoryError, persistence::post::Note};

/// Where the use cases live.
pub(crate) struct Stockroom {
    db: Db,
    config: Config,
    looked: forget::Looked,
    holds: Crowd<Wish, Option<Verdict>, InventoryError>,
    commits: Crowd<Call, bool, InventoryError>,
    releases: Crowd<Call, (), InventoryError>,
}

impl Stockroom {
    pub(crate) fn new(db: Db, config: Config) -> Self {
        let (to_hold, to_commit, to_release) = (db.clone(), db.clone(), db.clone());
        let share = config.share();
        Self {
            db,
            config,
            looked: forget::Looked::default(),
            holds: Crowd::new(move |wishes| hold::serve(to_hold.clone(), share, wishes)),
            commits: Crowd::new(move |calls| commit::serve(to_commit.clone(), calls)),
            releases: Crowd::new(move |calls| release::serve(to_release.clone(), calls)),
        }
    }

    pub(crate) const fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }
}

/// Somebody's call about an order that is known, or should be.
#[derive(Debug)]
struct Call {
    note: Note,
    order: OrderId,
}

impl Call {
    fn new(cx: &CallContext, order: OrderId) -> Self {
        Self { note: Note::of(cx), order }
    }
}
