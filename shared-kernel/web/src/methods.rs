//! Tells a wrong method from an unknown path.
//!
//! Each `#[get]` or `#[post]` is a resource of its own with a guard on the method, so actix finds nothing at all
//! when only the method is wrong. The OpenAPI document knows every path with its methods; it is asked instead.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{HttpRequest, Resource, dev::ResourceDef, http::Method, web};
use utoipa::openapi::{OpenApi, PathItem};

use crate::{ApiError, ApiResult};

/// Every path pattern with the methods that it takes. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct MethodTable(Arc<Vec<Known>>);

#[derive(Debug, Clone)]
struct Known {
    path: ResourceDef,
    /// Which of its segments are parameters. Of two paths that match, the one that differs first by a fixed segment is
    /// meant: `/products/import` is no `/products/{id}`.
    parameters: Vec<bool>,
    methods: Vec<Method>,
}

impl Known {
    fn new(path: &str, methods: Vec<Method>) -> Self {
        let parameters = path.split('/').map(|segment| segment.starts_with('{')).collect();
        Self { path: ResourceDef::new(path), parameters, methods }
    }
}

impl MethodTable {
    pub fn from_openapi(document: &OpenApi) -> Self {
        let known = |(path, item): (&String, &PathItem)| Known::new(path, methods_of(item));
        Self(Arc::new(document.paths.paths.iter().map(known).collect()))
    }

    /// Adds a path that the document leaves out, such as `/docs`.
    #[must_use]
    pub fn and(mut self, path: &str, methods: &[Method]) -> Self {
        Arc::make_mut(&mut self.0).push(Known::new(path, methods.to_vec()));
        self
    }

    /// The methods of `path`; none when no route has it.
    pub fn known_methods(&self, path: &str) -> Vec<Method> {
        let matching = || self.0.iter().filter(|known| known.path.is_match(path));
        let meant = matching().map(|known| &known.parameters).min();
        let meant = matching().filter(|known| Some(&known.parameters) == meant);
        let mut methods: Vec<Method> = meant.flat_map(|known| known.methods.iter().cloned()).collect();
        methods.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        methods.dedup();
        methods
    }
}

fn methods_of(item: &PathItem) -> Vec<Method> {
    let operations = [
        (Method::DELETE, &item.delete),
        (Method::GET, &item.get),
        (Method::HEAD, &item.head),
        (Method::OPTIONS, &item.options),
        (Method::PATCH, &item.patch),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::TRACE, &item.trace),
    ];
    operations.into_iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| method).collect()
}

/// The application's default service: 405 with `Allow` where another method would do, else 404.
#[expect(clippy::needless_pass_by_value, reason = "actix hands a handler its arguments by value")]
pub fn unknown_path(request: HttpRequest) -> Ready<ApiResult<()>> {
    let table = request.app_data::<MethodTable>();
    let known = table.map(|table| table.known_methods(request.path())).unwrap_or_default();
    let refusal = if known.is_empty() || known.contains(request.method()) {
        ApiError::not_found()
    } else {
        ApiError::method_not_allowed(&known)
    };
    ready(Err(refusal))
}

/// Keeps `path` from a pattern beside it that matches it too: `GET /products/import` is a wrong method, and not a product
/// called `import`. It is registered between the two, as actix takes the first resource that takes path and method.
pub fn fixed_path(path: &str) -> Resource {
    web::resource(path).default_service(web::to(unknown_path))
}
