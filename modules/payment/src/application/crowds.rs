use std::time::Duration;

use kernel_db::{Asked, Crowd, Db, DbError};

use super::end::{Ending, end_all};
use crate::{
    domain::{Attempt, Operation, Payment},
    error::PaymentError,
    persistence::store::{self, CaptureWanted},
};

/// What every order writes. The orders of the moment write each of these together.
pub(crate) struct Crowds {
    /// New payments: whether each is the first of its order.
    pub(crate) claims: Crowd<Payment, bool, DbError>,
    /// The starts of captures; `None` where one cannot be started.
    pub(crate) captures: Crowd<CaptureWanted, Option<(Payment, Attempt)>, DbError>,
    /// The ends of authorizations, and those of everything after; `None` for one that takes more care than a crowd can
    /// give it. An order comes by twice: were it one crowd, each time it would find it gathering after the other.
    authorized: Crowd<Ending, Option<Payment>, PaymentError>,
    moved: Crowd<Ending, Option<Payment>, PaymentError>,
}

impl Crowds {
    /// `lease` is how long whoever starts a capture is left alone with it.
    pub(super) fn of(db: &Db, lease: Duration) -> Self {
        let (claiming, capturing) = (db.clone(), db.clone());
        Self {
            claims: Crowd::new(move |payments: Asked<Payment>| {
                let db = claiming.clone();
                async move { store::claim_all(&db, &payments).await }
            }),
            captures: Crowd::new(move |captures: Asked<CaptureWanted>| {
                let db = capturing.clone();
                async move { store::start_captures(&db, &captures, lease).await }
            }),
            authorized: endings(db),
            moved: endings(db),
        }
    }

    /// Where the attempts at `operation` end together.
    pub(super) fn endings(&self, operation: Operation) -> &Crowd<Ending, Option<Payment>, PaymentError> {
        match operation {
            Operation::Authorize => &self.authorized,
            Operation::Capture | Operation::Void | Operation::Refund => &self.moved,
        }
    }
}

fn endings(db: &Db) -> Crowd<Ending, Option<Payment>, PaymentError> {
    let db = db.clone();
    Crowd::new(move |endings: Asked<Ending>| {
        let db = db.clone();
        async move { end_all(&db, &endings).await }
    })
}
