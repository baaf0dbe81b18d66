//! Finds addresses that nobody has yet.

use std::collections::HashSet;

use kernel_db::{DbError, Tx, dialect};

/// Whose addresses must differ.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Space {
    Products,
    Categories,
}

/// A thing that needs an address.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// What it would be called if it were alone.
    pub(crate) base: String,
    /// Told apart by this when the small numbers are gone: a SKU, or an id.
    pub(crate) apart: String,
    /// Nobody else has it.
    pub(crate) unique: String,
}

/// The highest number that is tried after a title.
const NUMBERS: u32 = 9;

/// One free address for each of `wanted`, in order; with at most two statements for all of them.
pub(crate) async fn free(tx: &Tx, space: Space, wanted: &[Wanted]) -> Result<Vec<String>, DbError> {
    let bases: Vec<[String; 1]> = wanted.iter().map(|wanted| [wanted.base.clone()]).collect();
    let mut gone = taken(tx, space, &bases).await?;
    let mut twice: HashSet<&str> = HashSet::with_capacity(wanted.len());
    let crowded: Vec<&Wanted> =
        wanted.iter().filter(|wanted| gone.contains(&wanted.base) || !twice.insert(&wanted.base)).collect();
    if !crowded.is_empty() {
        let others: Vec<[String; 1]> =
            crowded.iter().flat_map(|wanted| alternatives(wanted).map(|slug| [slug])).collect();
        gone.extend(taken(tx, space, &others).await?);
    }
    let slugs = wanted.iter().map(|wanted| {
        let candidates = std::iter::once(wanted.base.clone()).chain(alternatives(wanted));
        let slug = candidates.into_iter().find(|slug| !gone.contains(slug)).unwrap_or_else(|| wanted.unique.clone());
        gone.insert(slug.clone());
        slug
    });
    Ok(slugs.collect())
}

fn alternatives(wanted: &Wanted) -> impl Iterator<Item = String> {
    let Wanted { base, apart, unique } = wanted;
    let numbered = (2..=NUMBERS).map(move |number| format!("{base}-{number}"));
    numbered.chain([format!("{base}-{apart}"), format!("{base}-{unique}")])
}

async fn taken(tx: &Tx, space: Space, slugs: &[[String; 1]]) -> Result<HashSet<String>, DbError> {
    let sql = match space {
        Space::Products => "SELECT t.slug FROM {rows} AS wanted JOIN product t ON t.slug = wanted.value ->> 0",
        Space::Categories => "SELECT t.slug FROM {rows} AS wanted JOIN category t ON t.slug = wanted.value ->> 0",
    };
    let rows = tx.rows(sql, [dialect::rows(slugs)]).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
