use kernel_db::guard;

use crate::{
    domain::{Attempt, Payment, Plain, Refusal, is_watched},
    persistence::KeptPayment,
};

/// A payment with all that was asked of its provider, oldest first, and what was refused.
#[derive(Debug, Clone)]
pub(super) struct Tracked {
    /// As it was loaded. Missing for a payment that is new.
    pub(super) before: Option<(KeptPayment, Vec<Attempt>)>,
    pub(super) payment: Payment,
    pub(super) attempts: Vec<Attempt>,
    pub(super) refusals: Vec<Refusal>,
}

impl Tracked {
    /// `attempts` and `refusals` are those of payments that are not plain, this one's among them.
    pub(super) fn of_kept(kept: KeptPayment, attempts: &[Attempt], refusals: &[Refusal]) -> Self {
        let payment = kept.payment.clone();
        let attempts = match &kept.plain {
            Some(plain) => plain.attempts(&payment),
            None => attempts.iter().filter(|attempt| attempt.payment == payment.id).cloned().collect(),
        };
        let refusals = refusals.iter().filter(|refusal| refusal.payment == payment.id).cloned().collect();
        Self { before: Some((kept, attempts.clone())), payment, attempts, refusals }
    }

    pub(super) fn claimed(payment: Payment, plain: &Plain) -> Self {
        let attempts = plain.attempts(&payment);
        Self { before: None, payment, attempts, refusals: Vec::new() }
    }

    /// Whether its row alone says it: a payment that is not plain any more does not become so again.
    pub(super) fn is_plain(&self) -> bool {
        self.before.as_ref().is_none_or(|(before, _)| before.plain.is_some())
    }

    /// The payment as its row is to have it, with the revision that it was loaded with.
    pub(super) fn as_kept(&self) -> KeptPayment {
        let before = self.before.as_ref().map(|(before, _)| before);
        let says_all = self.is_plain() && self.refusals.is_empty();
        let plain = if says_all { Plain::of(&self.payment, &self.attempts) } else { None };
        let was_watched = before.is_none_or(|before| before.is_watched);
        KeptPayment {
            is_watched: is_watched(&self.payment, plain.as_ref(), was_watched) && !guard::sabotaged("payment.watch"),
            payment: self.payment.clone(),
            plain,
            revision: before.map_or(0, |before| before.revision),
        }
    }

    /// The attempts that are to be written when the payment is kept as `now`: all of them when it was plain before.
    pub(super) fn changed_attempts<'a>(&'a self, now: &KeptPayment) -> impl Iterator<Item = &'a Attempt> + use<'a> {
        let known: &[Attempt] = match &self.before {
            Some((before, known)) if before.plain.is_none() => known,
            Some(_) | None => &[],
        };
        let is_plain = now.plain.is_some();
        self.attempts.iter().filter(move |attempt| !is_plain && !known.contains(attempt))
    }

    pub(super) fn put(&mut self, attempt: Attempt) {
        match self.attempts.iter_mut().find(|known| known.id == attempt.id) {
            Some(known) => *known = attempt,
            None => self.attempts.push(attempt),
        }
    }
}
