//! An order, with its key, its answer and its checkout saga.

use sea_orm::entity::prelude::*;

use crate::persistence::lines::StoredLines;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orders")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) number: i64,
    pub(crate) id: Uuid,
    pub(crate) status: String,
    pub(crate) email: String,
    pub(crate) email_folded: String,
    pub(crate) currency: String,
    pub(crate) total: i64,
    pub(crate) note: Option<String>,
    pub(crate) shipping_address: Option<String>,
    pub(crate) rejection: Option<String>,
    pub(crate) lines: StoredLines,
    pub(crate) payment_id: Option<Uuid>,
    pub(crate) payment_stage: i64,
    pub(crate) authorized: i64,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) version: i64,
    pub(crate) placed_by: String,
    pub(crate) created_at: DateTimeUtc,
    pub(crate) updated_at: DateTimeUtc,
    pub(crate) confirmed_at: Option<DateTimeUtc>,
    pub(crate) authorized_at: Option<DateTimeUtc>,
    pub(crate) captured_at: Option<DateTimeUtc>,
    pub(crate) key_scope: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) key_fingerprint: Option<String>,
    pub(crate) answer_status: Option<i64>,
    pub(crate) answer_shape: Option<i64>,
    pub(crate) answer_body: Option<String>,
    pub(crate) saga: Option<String>,
    pub(crate) due_at: Option<DateTimeUtc>,
    pub(crate) deadline_at: Option<DateTimeUtc>,
    pub(crate) tries: i64,
    pub(crate) method: Option<String>,
    pub(crate) token: Option<String>,
    pub(crate) undoing: Option<String>,
    pub(crate) cart_id: Option<Uuid>,
    pub(crate) request_id: Option<String>,
    pub(crate) correlation_id: Option<Uuid>,
    pub(crate) traceparent: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) buyer: Option<String>,
    pub(crate) unpaid: i64,
    pub(crate) listed_as: String,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
