use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What became of the rows of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ImportReport)]
pub struct Report {
    /// Rows that made a product.
    pub created: u64,
    /// Rows that changed a product.
    pub updated: u64,
    /// Rows that said what was known.
    pub unchanged: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// Why they were, for the first of them.
    pub errors: Vec<RowError>,
    /// How many more were refused than `errors` has.
    pub errors_left_out: u64,
    /// Whether nothing of it was kept.
    pub dry_run: bool,
}

/// Why one row was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowError {
    /// Where the row begins, counted from 1; the header counts.
    #[schema(example = 17)]
    pub line: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// A stable name for programs.
    #[schema(example = "bad-price")]
    pub code: String,
    /// For people.
    #[schema(example = "`2.555` is not an amount in GBP")]
    pub reason: String,
}

impl Report {
    /// Rows that were read.
    pub const fn rows(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.rejected
    }

    /// Counts a refused row, and describes it while there is room.
    pub(super) fn reject(&mut self, error: RowError, room: usize) {
        self.rejected += 1;
        if self.errors.len() < room {
            self.errors.push(error);
        } else {
            self.errors_left_out += 1;
        }
    }
}
