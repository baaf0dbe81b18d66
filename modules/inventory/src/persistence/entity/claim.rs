//! One order's claim.

use inventory_contract::Shortage;
use kernel::{OrderId, Sku};
use kernel_db::{
    DbError, Rows,
    rows::{Cell, Read, RowWriter},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    ClaimSummary,
    domain::{Act, Claim, Line, Status},
};

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel, Rows)]
#[sea_orm(table_name = "claim")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[rows(key)]
    pub order_id: Uuid,
    pub status: String,
    pub until: Option<DateTimeUtc>,
    pub unpaid: i64,
    pub shortage: Option<Shortages>,
    pub lines: Lines,
    pub in_ledger: i64,
    pub version: i64,
    #[rows(fixed)]
    pub created_at: DateTimeUtc,
    #[rows(fixed)]
    pub created_by: String,
    pub committed_at: Option<DateTimeUtc>,
    pub committed_by: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// For each SKU what was claimed at first and what is outstanding, as `LINE_SKU` and its like read them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Lines(Vec<(Sku, i64, i64)>);

/// Of an element of `lines`, in SQL.
pub(crate) const LINE_SKU: &str = "line.value ->> 0";
pub(crate) const LINE_QUANTITY: &str = "CAST(line.value ->> 1 AS bigint)";
pub(crate) const LINE_OUTSTANDING: &str = "CAST(line.value ->> 2 AS bigint)";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Shortages(Vec<Shortage>);

impl Cell for Lines {
    const READ: Read = Read::Json;

    fn write(&self, row: &mut RowWriter) {
        row.cell(self);
    }
}

impl Cell for Shortages {
    const READ: Read = Read::Json;

    fn write(&self, row: &mut RowWriter) {
        row.cell(self);
    }
}

/// The mark of a claim that counts among what unpaid orders hold.
const UNPAID: i64 = 1;

/// The mark of a claim that was refused because unpaid orders had no room for it.
const CROWDED_OUT: i64 = 2;

impl From<&Claim> for Model {
    fn from(claim: &Claim) -> Self {
        let lines = claim.lines.iter().map(|line| (line.sku.clone(), line.quantity, line.outstanding));
        let committed = claim.committed.clone();
        Self {
            order_id: claim.order.uuid(),
            status: claim.status.as_str().to_owned(),
            until: claim.until,
            unpaid: if claim.crowded_out { CROWDED_OUT } else { i64::from(claim.unpaid) * UNPAID },
            shortage: (claim.status == Status::Refused).then(|| Shortages(claim.shortage.clone())),
            lines: Lines(lines.collect()),
            in_ledger: i64::from(claim.in_ledger),
            version: claim.version,
            created_at: claim.made.at,
            created_by: claim.made.actor.clone(),
            committed_at: committed.as_ref().map(|act| act.at),
            committed_by: committed.map(|act| act.actor),
        }
    }
}

impl TryFrom<Model> for Claim {
    type Error = DbError;

    fn try_from(row: Model) -> Result<Self, DbError> {
        let line = |(sku, quantity, outstanding)| Line { sku, quantity, outstanding };
        Ok(Self {
            order: OrderId::new(row.order_id),
            status: Status::parse(&row.status).ok_or_else(|| DbError::corrupt("claim", &row.status))?,
            until: row.until,
            shortage: row.shortage.map(|Shortages(shortage)| shortage).unwrap_or_default(),
            unpaid: row.unpaid == UNPAID,
            crowded_out: row.unpaid == CROWDED_OUT,
            lines: row.lines.0.into_iter().map(line).collect(),
            in_ledger: row.in_ledger == 1,
            made: Act { at: row.created_at, actor: row.created_by },
            committed: row.committed_at.zip(row.committed_by).map(|(at, actor)| Act { at, actor }),
            version: row.version,
        })
    }
}

impl From<Model> for ClaimSummary {
    fn from(row: Model) -> Self {
        let outstanding = row.lines.0.iter().map(|(_, _, outstanding)| outstanding).sum();
        Self { order: OrderId::new(row.order_id), status: row.status, outstanding }
    }
}
