//! Columns of JSON.

use order_contract::{OrderLine, ReturnedLine};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::domain::returns::ReceivedLine;

/// Units by SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct Units(pub(crate) Vec<OrderLine>);

/// Units by SKU, with how many of them had been shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct ReturnedUnits(pub(crate) Vec<ReturnedLine>);

/// Units by SKU, with their condition and whether they can be sold again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct ReceivedUnits(pub(crate) Vec<ReceivedLine>);
