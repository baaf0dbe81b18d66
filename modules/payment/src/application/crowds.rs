use std::time::Duration;

use kernel_db::{Asked, Crowd, Db, DbError};

use super::end::{Ending, end_all};
use crate::{
    domain::{Attempt, Payment},
    error::PaymentError,
    persistence::store::{self, CaptureWanted},
};

/// What every order writes. The orders of the moment write each of these together.
pub(crate) struct Crowds {
    /// New payments: whether each is the first of its order.
    pub(crate) claims: Crowd<Payment, bool, DbError>,
    /// The starts of captures; `None` where one cannot be started.
    pub(crate) captures: Crowd<CaptureWanted, Option<(Payment, Attempt)>, DbError>,
    /// The ends of attempts; `None` for one that takes more care than a crowd can give it.
    pub(crate) endings: Crowd<Ending, Option<Payment>, PaymentError>,
}

impl Crowds {
    /// `lease` is how long whoever starts a capture is left alone with it.
    pub(super) fn of(db: &Db, lease: Duration) -> Self {
        let (claiming, capturing, ending) = (db.clone(), db.clone(), db.clone());
        Self {
            claims: Crowd::new(move |payments: Asked<Payment>| {
                let db = claiming.clone();
                async move { store::claim_all(&db, &payments).await }
            }),
            captures: Crowd::new(move |captures: Asked<CaptureWanted>| {
                let db = capturing.clone();
                async move { store::start_captures(&db, &captures, lease).await }
            }),
            endings: Crowd::new(move |endings: Asked<Ending>| {
                let db = ending.clone();
                async move { end_all(&db, &endings).await }
            }),
        }
    }
}
