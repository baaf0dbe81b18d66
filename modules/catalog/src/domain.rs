//! What a product is and what a category tree is. Pure and synchronous: time and ids arrive as arguments.

pub(crate) mod category;
pub(crate) mod collation;
pub(crate) mod facets;
pub(crate) mod fault;
pub(crate) mod fold;
pub(crate) mod listing;
pub(crate) mod product;
pub(crate) mod ranges;
pub(crate) mod sheet;
pub(crate) mod slug;
pub(crate) mod terms;

pub(crate) use category::{Category, Tree};
pub(crate) use facets::Facets;
pub(crate) use fault::Fault;
pub(crate) use product::{Amendment, Product};
pub(crate) use sheet::{ProductOption, Sheet, Status, Variant};
pub(crate) use terms::Query;
