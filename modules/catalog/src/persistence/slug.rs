//! Finds addresses that nobody has yet.

use std::collections::HashSet;

use kernel_db::{DbError, Sql, Tx, rows};
use sea_orm::FromQueryResult;

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
    let mut gone = taken(tx, space, wanted.iter().map(|wanted| wanted.base.clone())).await?;
    let mut twice: HashSet<&str> = HashSet::with_capacity(wanted.len());
    let crowded: Vec<&Wanted> =
        wanted.iter().filter(|wanted| gone.contains(&wanted.base) || !twice.insert(&wanted.base)).collect();
    if !crowded.is_empty() {
        gone.extend(taken(tx, space, crowded.iter().flat_map(|wanted| alternatives(wanted))).await?);
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

pub(super) static TAKEN_BY_PRODUCTS: Sql =
    Sql::new("catalog.slugs-of-products", || "SELECT slug FROM product WHERE slug IN {texts}".to_owned());

pub(super) static TAKEN_BY_CATEGORIES: Sql =
    Sql::new("catalog.slugs-of-categories", || "SELECT slug FROM category WHERE slug IN {texts}".to_owned());

#[derive(FromQueryResult)]
struct Taken {
    slug: String,
}

async fn taken(tx: &Tx, space: Space, slugs: impl Iterator<Item = String> + Send) -> Result<HashSet<String>, DbError> {
    let sql = match space {
        Space::Products => &TAKEN_BY_PRODUCTS,
        Space::Categories => &TAKEN_BY_CATEGORIES,
    };
    Ok(tx.all::<Taken>(sql, [rows::texts(slugs)]).await?.into_iter().map(|taken| taken.slug).collect())
}
