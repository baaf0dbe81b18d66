//! A provider that takes no money: its tokens choose what happens, and its books show what it believes.
//!
//! It behaves as a company elsewhere: it finishes what it began when nobody waits any more, and it keeps books of its
//! own that none of the store's code writes.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use async_trait::async_trait;
use kernel::AttemptId;
use kernel_db::{Db, guard};

use super::{Instruction, Provider, ProviderError, Reading, Verdict};
use crate::{config::SimulatedConfig, signature::WebhookSecret};

mod ledger;
mod message;
mod messenger;
mod script;

use ledger::{Entry, SimulatedLedger};
use messenger::Messenger;
use script::Act;

/// The name by which orders ask for it.
pub(crate) const NAME: &str = "simulated";

/// As a call that never comes back: longer than anybody waits.
const FOREVER: Duration = Duration::from_hours(1);

pub(crate) struct Simulated {
    server: Arc<SimulatedServer>,
    pending: Duration,
}

/// What goes on when the caller has gone.
struct SimulatedServer {
    ledger: SimulatedLedger,
    messenger: Messenger,
}

impl Simulated {
    pub(crate) fn new(db: &Db, config: &SimulatedConfig, secret: WebhookSecret, store: Arc<OnceLock<String>>) -> Self {
        let server = SimulatedServer { ledger: SimulatedLedger::of(db), messenger: Messenger::new(secret, store) };
        Self { server: Arc::new(server), pending: Duration::from_millis(config.pending_ms) }
    }

    /// Lets the server work on, whether or not the caller still waits for it.
    async fn at_the_server<T, F>(work: F) -> Result<T, ProviderError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ProviderError>> + Send + 'static,
    {
        #[expect(clippy::disallowed_methods, reason = "another company's server, which this store does not stop")]
        let work = tokio::spawn(work);
        work.await.unwrap_or(Err(ProviderError::Unclear))
    }

    /// Writes into the books. A test may have the answer come late or get lost, after the deed.
    async fn enter(&self, instruction: &Instruction, entry: Entry) -> Result<Verdict, ProviderError> {
        if guard::sabotaged("simulated.away") {
            return Err(ProviderError::Unreachable);
        }
        if guard::sabotaged("simulated.silent") {
            tokio::time::sleep(FOREVER).await;
        }
        let (server, instruction) = (Arc::clone(&self.server), instruction.clone());
        let verdict = Self::at_the_server(async move { server.ledger.enter(&instruction, entry).await }).await?;
        if guard::sabotaged("simulated.answer_late") {
            tokio::time::sleep(FOREVER).await;
        }
        if guard::sabotaged("simulated.answer_lost") {
            return Err(ProviderError::Unclear);
        }
        Ok(verdict)
    }

    /// Keeps the caller waiting and decides then.
    async fn decide_slowly(&self, instruction: &Instruction, delay: Duration) -> Result<Verdict, ProviderError> {
        let verdict = self.enter(instruction, Entry::Undecided { approve: true, after: delay }).await?;
        if verdict != Verdict::Pending {
            return Ok(verdict);
        }
        let (server, reference) = (Arc::clone(&self.server), instruction.reference);
        Self::at_the_server(async move {
            tokio::time::sleep(delay).await;
            server.ledger.decide(reference).await
        })
        .await
    }

    /// Says "later", and tells by webhook.
    async fn tell_later(&self, instruction: &Instruction, approve: bool) -> Result<Verdict, ProviderError> {
        let verdict = self.enter(instruction, Entry::Undecided { approve, after: self.pending }).await?;
        if verdict == Verdict::Pending {
            let (server, reference, delay) = (Arc::clone(&self.server), instruction.reference, self.pending);
            let told = async move {
                tokio::time::sleep(delay).await;
                server.tell(reference).await;
            };
            #[expect(clippy::disallowed_methods, reason = "another company's server, which this store does not stop")]
            tokio::spawn(told);
        }
        Ok(verdict)
    }
}

impl SimulatedServer {
    /// Decides, and tells the store.
    async fn tell(&self, reference: AttemptId) {
        match self.ledger.decide(reference).await {
            Ok(verdict) => self.messenger.tell(self.ledger.seams(), reference, &verdict).await,
            Err(error) => tracing::warn!(%reference, %error, "the simulated provider could not decide"),
        }
    }
}

#[async_trait]
impl Provider for Simulated {
    async fn authorize(&self, instruction: &Instruction) -> Result<Verdict, ProviderError> {
        match script::of_token(instruction.token.as_deref().unwrap_or_default()) {
            Act::Approve => self.enter(instruction, Entry::Approved).await,
            Act::Decline(reason) => self.enter(instruction, Entry::Declined(reason)).await,
            Act::ApproveAndHang => {
                self.enter(instruction, Entry::Approved).await?;
                tokio::time::sleep(FOREVER).await;
                Err(ProviderError::Unclear)
            }
            Act::BeAway => Err(ProviderError::Unreachable),
            Act::ApproveAfter(delay) => self.decide_slowly(instruction, delay).await,
            Act::TellLater { approve } => self.tell_later(instruction, approve).await,
        }
    }

    async fn capture(&self, instruction: &Instruction) -> Result<Verdict, ProviderError> {
        self.enter(instruction, Entry::IfThereIsRoom).await
    }

    async fn void(&self, instruction: &Instruction) -> Result<Verdict, ProviderError> {
        self.enter(instruction, Entry::IfThereIsRoom).await
    }

    async fn refund(&self, instruction: &Instruction) -> Result<Verdict, ProviderError> {
        if guard::sabotaged("simulated.refund_declined") {
            return Ok(Verdict::Declined { reason: "the account is closed".to_owned() });
        }
        self.enter(instruction, Entry::IfThereIsRoom).await
    }

    async fn look_up(&self, reference: AttemptId) -> Result<Option<Verdict>, ProviderError> {
        if guard::sabotaged("simulated.silent") {
            tokio::time::sleep(FOREVER).await;
        }
        let server = Arc::clone(&self.server);
        Self::at_the_server(async move { server.ledger.look_up(reference).await }).await
    }

    fn read_webhook(&self, body: &str) -> Reading {
        message::read(body)
    }
}
