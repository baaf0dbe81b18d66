//! The catalog over HTTP. Handlers extract, translate, call, wrap.

mod admin_call;
mod admin_categories;
mod admin_products;
mod body;
mod categories;
pub(crate) mod examples;
mod imports;
mod products;
mod query;
mod tagged;

use actix_web::web::Data;
use kernel_web::{CachedJson, fixed_path};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{cache::Document, service::Catalog};

pub(crate) fn routes(config: &mut ServiceConfig<'_>, catalog: &Catalog) {
    config
        .app_data(Data::new(catalog.clone()))
        .service(products::list_products)
        .service(products::read_product)
        .service(categories::list_categories)
        .service(categories::read_category)
        .service(admin_products::create_product)
        .service(admin_products::list_all_products)
        .service(imports::import_products)
        .map(|config| config.service(fixed_path("/admin/products/import")))
        .service(admin_products::read_any_product)
        .service(admin_products::replace_product)
        .service(admin_products::archive_product)
        .service(admin_categories::create_category)
        .service(admin_categories::replace_category)
        .service(admin_categories::delete_category);
}

impl Catalog {
    /// A public answer that clients may keep for a while.
    fn public(&self, document: Document) -> CachedJson {
        let Document { body, etag } = document;
        CachedJson { body, etag, max_age_seconds: self.config().max_age_seconds }
    }
}

/// What a list's query text means.
#[cfg(test)]
pub(crate) fn listing(query: &str) -> crate::application::list_products::Listing {
    let query = actix_web::web::Query::<query::ListQuery>::from_query(query).unwrap();
    query.into_inner().into_listing().unwrap()
}
