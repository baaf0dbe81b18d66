//! How a value is written into a cell, and how SQL reads it back.

use std::borrow::Cow;

use kernel::{
    AttemptId, CartId, CategoryId, Currency, DateTime, Email, EventId, FulfilmentId, HoldId, OrderId, PaymentId,
    ProductId, RefundId, ReturnId, Sku, Utc,
};
use serde::Serialize;
use uuid::Uuid;

use super::RowWriter;

/// How SQL reads a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    Id,
    Time,
    Int,
    Text,
    Json,
    /// JSON, or nothing.
    MaybeJson,
}

impl Read {
    /// The expression that reads the cell at `position` of `value`.
    pub(super) fn sql(self, position: usize) -> String {
        match self {
            Self::Id => format!("{{id}}(value ->> {position})"),
            Self::Time => format!("{{time}}(value ->> {position})"),
            Self::Int => format!("CAST(value ->> {position} AS bigint)"),
            Self::Text => format!("value ->> {position}"),
            Self::Json => format!("value -> {position}"),
            Self::MaybeJson => format!("NULLIF(value -> {position}, 'null')"),
        }
    }

    /// Everything but JSON reads `null` as NULL.
    const fn or_nothing(self) -> Self {
        match self {
            Self::Json => Self::MaybeJson,
            other => other,
        }
    }
}

/// A type of which cells are made.
pub trait Cell {
    const READ: Read;

    /// Adds exactly one cell.
    fn write(&self, row: &mut RowWriter);
}

/// A cell for a `@json` column.
#[derive(Debug, Clone, Copy)]
pub struct Json<T>(pub T);

impl<T: Serialize> Cell for Json<T> {
    const READ: Read = Read::Json;

    fn write(&self, row: &mut RowWriter) {
        row.cell(&self.0);
    }
}

impl<C: Cell> Cell for Option<C> {
    const READ: Read = C::READ.or_nothing();

    fn write(&self, row: &mut RowWriter) {
        match self {
            Some(cell) => cell.write(row),
            None => row.cell(&()),
        }
    }
}

impl<C: Cell + ?Sized> Cell for &C {
    const READ: Read = C::READ;

    fn write(&self, row: &mut RowWriter) {
        (**self).write(row);
    }
}

impl<C: Cell + ?Sized + ToOwned> Cell for Cow<'_, C> {
    const READ: Read = C::READ;

    fn write(&self, row: &mut RowWriter) {
        self.as_ref().write(row);
    }
}

impl Cell for Uuid {
    const READ: Read = Read::Id;

    /// Without dashes, as SQLite's `unhex` takes it.
    fn write(&self, row: &mut RowWriter) {
        row.cell(&*self.simple().encode_lower(&mut Self::encode_buffer()));
    }
}

impl Cell for DateTime<Utc> {
    const READ: Read = Read::Time;

    /// As a bound time is written, because SQLite compares times as text.
    fn write(&self, row: &mut RowWriter) {
        row.cell(&self.to_rfc3339());
    }
}

impl Cell for bool {
    const READ: Read = Read::Int;

    /// 1 or 0.
    fn write(&self, row: &mut RowWriter) {
        row.cell(&u8::from(*self));
    }
}

impl Cell for str {
    const READ: Read = Read::Text;

    fn write(&self, row: &mut RowWriter) {
        row.cell(self);
    }
}

impl Cell for String {
    const READ: Read = Read::Text;

    fn write(&self, row: &mut RowWriter) {
        row.cell(self);
    }
}

macro_rules! cells {
    ($($read:ident: $($cell:ty),+;)+) => {$($(
        impl Cell for $cell {
            const READ: Read = Read::$read;

            fn write(&self, row: &mut RowWriter) {
                row.cell(self);
            }
        }
    )+)+};
}

cells! {
    Int: i64, i32, i16, u32, u16, u8;
    Text: Sku, Currency, Email;
}

macro_rules! id_cells {
    ($($id:ty),+ $(,)?) => {$(
        impl Cell for $id {
            const READ: Read = Read::Id;

            fn write(&self, row: &mut RowWriter) {
                self.uuid().write(row);
            }
        }
    )+};
}

id_cells!(
    EventId,
    ProductId,
    CategoryId,
    HoldId,
    OrderId,
    CartId,
    FulfilmentId,
    ReturnId,
    PaymentId,
    AttemptId,
    RefundId,
);
