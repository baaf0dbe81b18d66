use kernel::{Kind, Problem};
use kernel_db::{DbError, idempotency::KeyRefusal};
use serde_json::{Value, json};

use super::Report;

/// Why an import was stopped. What was written before stays: to send it all again changes nothing twice.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the column `{column}` is missing{}", hint(shop.as_ref()))]
    MissingColumn { column: String, shop: Option<Shop> },
    #[error(
        "the column `{column}` is not known; the columns are sku, title, price, currency, description, category, \
         stock{}", hint(shop.as_ref())
    )]
    UnknownColumn { column: String, shop: Option<Shop> },
    #[error("the column `{0}` stands twice")]
    DuplicateColumn(String),
    #[error(
        "the header cannot be read: it is not text of the character set that the file is said to have, a quote in it is \
         not closed, or it has more than 512 columns or 65,536 bytes"
    )]
    UnreadableHeader,
    #[error("Content-Encoding says gzip, and the body is not gzip")]
    NotGzip,
    #[error("the compressed rows unpack to more than 200 times their size; send them in smaller files")]
    UnpacksTooFar,
    #[error("the rows broke off: {why}; {}", stays(imported))]
    BrokenOff { why: String, imported: Box<Report> },
    /// The client stopped sending, and its time is over.
    #[error("the rows stopped coming, and did not go on in time; {}", stays(imported))]
    TooSlow { imported: Box<Report> },
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error("the catalog could not be written")]
    Storage(#[from] DbError),
    /// Others kept writing the same products; the caller may try again.
    #[error("the same products were changed by others at this moment; try again")]
    Raced,
}

/// The name of a known export for `map`, and of the shop that writes it.
type Shop = (&'static str, &'static str);

fn hint(shop: Option<&Shop>) -> String {
    let hint = |(map, shop): &Shop| {
        format!(
            "; this looks like an export of {shop}: import it with `map={map}` (`banyan import catalog --map {map}`)"
        )
    };
    shop.map(hint).unwrap_or_default()
}

fn stays(imported: &Report) -> String {
    let rows = imported.rows();
    if imported.dry_run {
        format!("{rows} rows were judged, and nothing was kept")
    } else {
        format!("{rows} rows were read, and what they changed stays; to send all rows again changes nothing twice")
    }
}

impl ImportError {
    /// The body ended too early. What was imported by then is not known here.
    pub(crate) fn broken_off(why: &impl ToString) -> Self {
        Self::BrokenOff { why: why.to_string(), imported: Box::default() }
    }

    /// The same error, where it is known what was imported by then.
    pub(super) fn after(mut self, report: Report) -> Self {
        if let Self::BrokenOff { imported, .. } | Self::TooSlow { imported } = &mut self {
            **imported = report;
        }
        self
    }

    /// There is no row at all.
    pub(super) fn no_header() -> Self {
        Self::MissingColumn { column: "sku".to_owned(), shop: None }
    }
}

impl Problem for ImportError {
    fn kind(&self) -> Kind {
        match self {
            Self::MissingColumn { .. }
            | Self::UnknownColumn { .. }
            | Self::DuplicateColumn(_)
            | Self::UnreadableHeader
            | Self::UnpacksTooFar => Kind::Invalid,
            Self::BrokenOff { .. } | Self::NotGzip => Kind::Malformed,
            Self::TooSlow { .. } => Kind::Late,
            Self::Key(refusal) => refusal.kind(),
            Self::Storage(error) => error.kind(),
            Self::Raced => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::MissingColumn { .. } => "missing-column",
            Self::UnknownColumn { .. } => "unknown-column",
            Self::NotGzip => "not-gzip",
            Self::UnpacksTooFar => "unpacks-too-far",
            Self::DuplicateColumn(_) => "duplicate-column",
            Self::UnreadableHeader => "unreadable-header",
            Self::BrokenOff { .. } => "malformed",
            Self::TooSlow { .. } => "body-too-slow",
            Self::Key(refusal) => refusal.code(),
            Self::Storage(error) => error.code(),
            Self::Raced => "changed-meanwhile",
        }
    }

    fn extensions(&self) -> Option<Value> {
        match self {
            Self::MissingColumn { column, shop } | Self::UnknownColumn { column, shop } => Some(
                shop.map_or_else(|| json!({ "column": column }), |(map, _)| json!({ "column": column, "map": map })),
            ),
            Self::DuplicateColumn(column) => Some(json!({ "column": column })),
            Self::BrokenOff { imported, .. } | Self::TooSlow { imported } => Some(json!({ "imported": imported })),
            _ => None,
        }
    }
}
