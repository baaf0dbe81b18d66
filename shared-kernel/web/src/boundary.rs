//! The settings of the extractors and the guard, in one place.

use std::sync::Arc;

use actix_web::web::{self, Data, ServiceConfig};
use kernel::Ids;

use crate::{AdminKey, BodyLimit, MethodTable, unknown_path};

/// Everything that the web layer needs to know of the application. Each worker configures its `App` with it:
///
/// ```ignore
/// App::new().configure(|config| boundary.configure(config)).service(api).wrap(Guard)
/// ```
#[derive(Debug, Clone)]
pub struct Boundary {
    pub ids: Arc<dyn Ids>,
    pub admin_key: AdminKey,
    /// For bodies of operations that set no limit of their own.
    pub body_limit: BodyLimit,
    pub methods: MethodTable,
}

impl Boundary {
    pub fn configure(&self, config: &mut ServiceConfig) {
        config
            .app_data(Data::from(Arc::clone(&self.ids)))
            .app_data(self.admin_key.clone())
            .app_data(self.body_limit)
            .app_data(self.methods.clone())
            .default_service(web::to(unknown_path));
    }
}
