//! A cash till: one port with every kind of method, argument, answer and refusal.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use kernel::{CallContext, Kind, Money, Problem, Sku};
use port::{Executed, Loopback, PortError, PortResult, port};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is rung up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Sale {
    pub(crate) sku: Sku,
    pub(crate) price: Money,
    pub(crate) note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct Receipt {
    pub(crate) number: u64,
    pub(crate) lines: Vec<Sale>,
}

/// When the till says no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "kebab-case")]
pub(crate) enum TillRefusal {
    #[error("the drawer holds only {in_drawer}")]
    TooLittleChange { wanted: Money, in_drawer: Money, skus: Vec<Sku> },
    #[error("the till is closed")]
    Closed {},
    /// Every field has a name that the problem document uses itself.
    #[error("the card was refused")]
    CardRefused { code: String, status: i32, detail: Option<String>, title: String, fields: Vec<u8> },
}

impl Problem for TillRefusal {
    fn kind(&self) -> Kind {
        match self {
            Self::TooLittleChange { .. } => Kind::Conflict,
            Self::Closed {} => Kind::Forbidden,
            Self::CardRefused { .. } => Kind::PaymentDeclined,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::TooLittleChange { .. } => "too-little-change",
            Self::Closed {} => "closed",
            Self::CardRefused { .. } => "card-refused",
        }
    }
}

/// What the shop may ask of its till.
#[port(name = "till", version = 2)]
pub(crate) trait Till {
    /// Rings up `lines`.
    ///
    /// Repeating the call rings them up again.
    #[command(timeout_ms = 100)]
    async fn ring_up(
        &self,
        cx: &CallContext,
        lines: Vec<Sale>,
        customer: Option<String>,
    ) -> PortResult<Receipt, TillRefusal>;

    /// Opens or closes the drawer.
    #[command(idempotent, timeout_ms = 100)]
    async fn set_open(&self, context: &CallContext, cx: bool) -> PortResult<(), TillRefusal>;

    /// How much is in the drawer.
    #[query(timeout_ms = 100)]
    async fn drawer(&self, cx: &CallContext) -> PortResult<Money, TillRefusal>;
}

/// A till that says what it is told to say, and remembers how it was called.
#[derive(Default)]
pub(crate) struct ScriptedTill {
    pub(crate) answers: Mutex<Vec<PortResult<Receipt, TillRefusal>>>,
    pub(crate) contexts: Mutex<Vec<CallContext>>,
    pub(crate) calls: AtomicUsize,
    pub(crate) delay: Duration,
    pub(crate) drawer: i64,
}

impl ScriptedTill {
    pub(crate) fn answering(answer: PortResult<Receipt, TillRefusal>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(vec![answer]), ..Self::default() })
    }

    pub(crate) fn taking(delay: Duration) -> Arc<Self> {
        Arc::new(Self { delay, ..Self::default() })
    }

    pub(crate) fn holding(drawer: i64) -> Arc<Self> {
        Arc::new(Self { drawer, ..Self::default() })
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    async fn enter(&self, cx: &CallContext) {
        self.contexts.lock().unwrap().push(cx.clone());
        tokio::time::sleep(self.delay).await;
        self.calls.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Till for ScriptedTill {
    async fn ring_up(
        &self,
        cx: &CallContext,
        lines: Vec<Sale>,
        customer: Option<String>,
    ) -> PortResult<Receipt, TillRefusal> {
        self.enter(cx).await;
        assert_ne!(customer.as_deref(), Some("who makes tills panic"));
        let scripted = self.answers.lock().unwrap().pop();
        scripted.unwrap_or(Ok(Receipt { number: 1, lines }))
    }

    async fn set_open(&self, cx: &CallContext, open: bool) -> PortResult<(), TillRefusal> {
        self.enter(cx).await;
        if open { Ok(()) } else { Err(TillRefusal::Closed {})? }
    }

    async fn drawer(&self, cx: &CallContext) -> PortResult<Money, TillRefusal> {
        self.enter(cx).await;
        Ok(pounds(self.drawer))
    }
}

/// The same till at the far end of a loopback.
pub(crate) fn remote(till: Arc<dyn Till>) -> RemoteTill {
    RemoteTill::new(Arc::new(Loopback::new(Arc::new(serve_till(till)))))
}

pub(crate) fn pounds(minor: i64) -> Money {
    serde_json::from_value(serde_json::json!({ "amount": minor, "currency": "GBP" })).unwrap()
}

pub(crate) fn sale() -> Sale {
    Sale { sku: Sku::parse("85123A").unwrap(), price: pounds(255), note: Some("a \"gift\" for Zoë".to_owned()) }
}

pub(crate) const UNKNOWN: PortError<TillRefusal> = PortError::Unavailable { executed: Executed::Maybe };
