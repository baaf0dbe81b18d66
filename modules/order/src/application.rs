//! One file per thing that can be asked of orders. Reading order: [`place`] takes an order, [`saga`] carries it to
//! its end, [`runner`] takes up what was left; then [`cancel`], [`fulfil`], [`call_off`], [`ask_return`],
//! [`decide_return`], [`cart`], [`read`].

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use catalog_contract::Prices;
use inventory_contract::Stock;
use kernel::{CallContext, DateTime, OrderId, Utc};
use kernel_db::{BatchQueue, Db, DbError, Feed, idempotency};
use kernel_module::Tasks;
use payment_contract::Charges;
use tokio::sync::mpsc;

use crate::{Config, domain::token::OrderTokens, error::OrderError, persistence::keys};

pub(crate) mod ask_return;
pub(crate) mod call_off;
pub(crate) mod cancel;
pub(crate) mod cart;
pub(crate) mod checkout;
mod command;
pub(crate) mod decide_return;
mod forget;
pub(crate) mod fulfil;
mod new_order;
pub(crate) mod place;
pub(crate) mod read;
pub(crate) mod runner;
pub(crate) mod saga;
pub(crate) mod unpaid;
mod waiting;

/// The ports of others that order calls.
#[derive(Clone)]
pub struct Ports {
    pub prices: Arc<dyn Prices>,
    pub stock: Arc<dyn Stock>,
    pub charges: Arc<dyn Charges>,
}

/// The feeds that order reads; one of them is its own.
#[derive(Clone)]
pub struct Feeds {
    pub order: Arc<dyn Feed>,
    pub payment: Arc<dyn Feed>,
    pub inventory: Arc<dyn Feed>,
}

/// All that can be asked of orders.
pub(crate) struct Orders {
    pub(crate) db: Db,
    pub(crate) config: Config,
    pub(crate) ports: Ports,
    pub(crate) tasks: Tasks,
    tokens: Option<OrderTokens>,
    looked: forget::Looked,
    watch: Option<unpaid::Watch>,
    waiting: waiting::Waiting,
    commands: BatchQueue<command::OrderWork>,
    /// Orders whose placing is to be taken up at once.
    woken: mpsc::UnboundedSender<OrderId>,
    keys_kept: Arc<KeysKept>,
}

/// A request as a use case sees it: on whose behalf, and which effect it is.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) cx: CallContext,
    /// Names the effect, so that asking twice has it once.
    pub(crate) key: Option<idempotency::Key>,
}

impl Orders {
    pub(crate) fn new(
        db: Db,
        config: Config,
        ports: Ports,
        tasks: Tasks,
        woken: mpsc::UnboundedSender<OrderId>,
    ) -> Self {
        let tokens = OrderTokens::new(&config.server_secret);
        let keys_kept = Arc::new(KeysKept::default());
        let commands = BatchQueue::new(db.clone(), command::OrderWork::new(config.clone(), Arc::clone(&keys_kept)));
        let watch = unpaid::Watch::new(&config.server_secret, db.seams().ids.secret());
        let (looked, waiting) = (forget::Looked::default(), waiting::Waiting::default());
        Self { db, config, ports, tasks, tokens, looked, watch, waiting, commands, woken, keys_kept }
    }

    /// Whether `token` is the one that was given to whoever placed `order`.
    pub(crate) fn token_opens(&self, order: OrderId, token: &str) -> bool {
        self.tokens.as_ref().is_some_and(|tokens| tokens.opens(order, token))
    }

    fn token(&self, order: OrderId) -> Option<String> {
        self.tokens.as_ref().map(|tokens| tokens.token(order))
    }

    fn now(&self) -> DateTime<Utc> {
        self.db.seams().now()
    }

    /// Keys of orders that were placed before this may be used again.
    fn keys_since(&self) -> Option<DateTime<Utc>> {
        self.keys_kept.since(self.now())
    }

    /// Keys are kept for so long.
    pub(crate) fn keep_keys(&self, keep: Duration) {
        self.keys_kept.0.store(keep.as_secs(), Relaxed);
    }

    /// Has the placing of `order` taken up now, if it waits for something.
    pub(crate) fn wake(&self, order: OrderId) {
        // Nobody listens at shutdown: the row says that it is due.
        let _ = self.woken.send(order);
    }

    /// What was answered under `key`, if it was used before.
    async fn answered(&self, key: &idempotency::Key) -> Result<Option<idempotency::Answer>, OrderError> {
        let placed = keys::find(self.db.reader(), key, self.keys_since()).await?.filter(|placed| !placed.is_over);
        let claim = match placed {
            Some(placed) => Some(placed.claim),
            None => idempotency::find(&self.db, key).await?,
        };
        match claim {
            None | Some(idempotency::Claim::Fresh) => Ok(None),
            Some(idempotency::Claim::Answered(kept)) => Ok(Some(kept)),
            Some(idempotency::Claim::InFlight) => Err(idempotency::KeyRefusal::InFlight.into()),
            Some(idempotency::Claim::Reused) => Err(idempotency::KeyRefusal::Reused.into()),
        }
    }
}

/// For how many seconds keys are kept; for ever until it is known.
#[derive(Debug, Default)]
struct KeysKept(AtomicU64);

impl KeysKept {
    fn since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(self.0.load(Relaxed)).filter(|kept| *kept > 0).map(|kept| now - Duration::from_secs(kept))
    }
}

/// What is left of an error when the only thing to do is to try again later.
fn log_unfinished(order: OrderId, error: &DbError) {
    tracing::warn!(%order, ?error, "a placing could not go on; it is taken up again");
}
