//! Rows that a statement is given, with columns that a struct names.
//!
//! A statement takes any number of rows as one bound value, so that it is prepared once: a JSON array of arrays. The
//! derive `Rows` writes both sides of it, the cells and the SQL that reads them, from the fields of one struct, so no
//! position is written by hand.
//!
//! ```ignore
//! #[derive(kernel_db::Rows)]
//! struct MovedLevel<'a> {
//!     #[rows(key)]
//!     sku: &'a Sku,
//!     available: i64,
//! }
//!
//! static MOVE: Sql = Sql::new("inventory.move-levels", || {
//!     format!(
//!         "UPDATE level SET {set} FROM {moved} WHERE level.sku = moved.sku",
//!         set = MovedLevel::set("moved"),     // available = moved.available
//!         moved = MovedLevel::table("moved"), // (SELECT value ->> 0 AS sku, … FROM {rows}) AS moved
//!     )
//! });
//!
//! tx.run(&MOVE, [MovedLevel::bind(&moved)]).await?;
//! ```

mod cell;
#[cfg(test)]
mod tests;
mod writer;

use std::borrow::Borrow;

use sea_orm::Value;

pub use self::{
    cell::{Cell, Json, Read},
    writer::RowWriter,
};

/// A struct whose fields are the columns of a row. Derived, see the [module](self).
pub trait Rows {
    /// The fields, in their order.
    const CELLS: &'static [Column];

    /// Adds the row's cells, in the order of [`Rows::CELLS`].
    fn write(&self, row: &mut RowWriter);

    /// `id, status`: the columns' names.
    fn columns() -> String {
        list(Self::CELLS.iter().map(|column| column.name.to_owned()))
    }

    /// `{id}(value ->> 0) AS id, value ->> 1 AS status`: what reads the cells, to be selected from `{rows}`.
    fn cells() -> String {
        let cell = |(position, column): (usize, &Column)| format!("{} AS {}", column.read.sql(position), column.name);
        list(Self::CELLS.iter().enumerate().map(cell))
    }

    /// `(SELECT … FROM {rows}) AS name`: the rows as a table.
    fn table(name: &str) -> String {
        format!("(SELECT {} FROM {{rows}}) AS {name}", Self::cells())
    }

    /// `WITH name AS MATERIALIZED (SELECT … FROM {rows})`: the rows as a table whose cells are read once.
    fn with(name: &str) -> String {
        format!("WITH {name} AS MATERIALIZED (SELECT {} FROM {{rows}})", Self::cells())
    }

    /// `INSERT INTO table (id, …) SELECT … FROM {rows} WHERE true`. The condition keeps `ON CONFLICT`, if it follows, from
    /// being read as a join's.
    fn insert(table: &str) -> String {
        format!("INSERT INTO {table} ({}) SELECT {} FROM {{rows}} WHERE true", Self::columns(), Self::cells())
    }

    /// `status = name.status, …`: every column but those marked `key` or `fixed`, for an update from the table `name` (or `excluded`).
    fn set(name: &str) -> String {
        let changed = Self::CELLS.iter().filter(|column| !column.is_fixed);
        list(changed.map(|Column { name: column, .. }| format!("{column} = {name}.{column}")))
    }

    /// The value to bind for `{rows}`.
    fn bind<R: Borrow<Self>>(rows: impl IntoIterator<Item = R>) -> Value
    where
        Self: Sized,
    {
        let mut writer = RowWriter::default();
        for row in rows {
            writer.begin();
            row.borrow().write(&mut writer);
            writer.end();
        }
        writer.finish()
    }
}

/// One column of a row.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub read: Read,
    /// Is not changed: it finds the row, or is written once.
    pub is_fixed: bool,
}

impl Column {
    /// A column of cells of the type `C`.
    pub const fn of<C: Cell + ?Sized>(name: &'static str, is_fixed: bool) -> Self {
        Self { name, read: C::READ, is_fixed }
    }
}

/// The value to bind for `{ids}`.
pub fn ids(ids: impl IntoIterator<Item: Into<uuid::Uuid>>) -> Value {
    one_a_row(ids.into_iter().map(Into::into))
}

/// The value to bind for `{texts}`.
pub fn texts(texts: impl IntoIterator<Item: AsRef<str>>) -> Value {
    let mut writer = RowWriter::default();
    for text in texts {
        writer.begin();
        text.as_ref().write(&mut writer);
        writer.end();
    }
    writer.finish()
}

fn one_a_row<C: Cell>(cells: impl Iterator<Item = C>) -> Value {
    let mut writer = RowWriter::default();
    for cell in cells {
        writer.begin();
        cell.write(&mut writer);
        writer.end();
    }
    writer.finish()
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
