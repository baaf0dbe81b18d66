//! Classifies operations by their cost and by how often a legitimate client calls them.

use actix_web::http::Method;

/// A class of operations; each client has a bucket for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Read,
    Search,
    Cart,
    Order,
    Webhook,
    /// Requests with the admin key.
    Admin,
    Import,
}

impl Class {
    pub(crate) const ALL: [Self; 7] =
        [Self::Read, Self::Search, Self::Cart, Self::Order, Self::Webhook, Self::Admin, Self::Import];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Search => "search",
            Self::Cart => "cart",
            Self::Order => "order",
            Self::Webhook => "webhook",
            Self::Admin => "admin",
            Self::Import => "import",
        }
    }

    /// The class of a request for `route`, a pattern of the document. `None` is never limited: an orchestrator's
    /// health checks must be answered even when all other requests are refused.
    pub(crate) fn of(method: &Method, route: &str, query: &str) -> Option<Self> {
        if route.starts_with("/health/") || route == "/metrics" {
            return None;
        }
        let Some(path) = route.strip_prefix(kernel_web::API_BASE) else { return Some(Self::Read) };
        Some(match path {
            "/admin/products/import" => Self::Import,
            "/products" if searches(query) => Self::Search,
            "/carts/{id}/checkout" => Self::Order,
            _ if path.starts_with("/carts") => Self::Cart,
            _ if path.starts_with("/orders") && *method != Method::GET => Self::Order,
            _ if path.starts_with("/webhooks/") => Self::Webhook,
            _ => Self::Read,
        })
    }

    /// What the admin does comes out of buckets of its own; what others try in the admin's place is an ordinary request.
    pub(crate) const fn asked_by(self, is_admin: bool) -> Self {
        match (self, is_admin) {
            (Self::Import, false) => Self::Read,
            (Self::Import, true) => Self::Import,
            (_, true) => Self::Admin,
            (class, false) => class,
        }
    }
}

fn searches(query: &str) -> bool {
    query.split('&').any(|pair| pair.strip_prefix("query=").is_some_and(|words| !words.is_empty()))
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::Class;

    #[test]
    fn operations_by_class() {
        for (method, route, query, class) in [
            (Method::GET, "/health/ready", "", None),
            (Method::GET, "/metrics", "", None),
            (Method::GET, "/", "", Some("read")),
            (Method::GET, "unknown", "", Some("read")),
            (Method::GET, "/api/v1/products", "limit=3", Some("read")),
            (Method::GET, "/api/v1/products", "query=", Some("read")),
            (Method::GET, "/api/v1/products", "limit=3&query=cup", Some("search")),
            (Method::POST, "/api/v1/carts", "", Some("cart")),
            (Method::PUT, "/api/v1/carts/{id}/lines/{sku}", "", Some("cart")),
            (Method::POST, "/api/v1/carts/{id}/checkout", "", Some("order")),
            (Method::POST, "/api/v1/orders", "", Some("order")),
            (Method::POST, "/api/v1/orders/{id}/returns", "", Some("order")),
            (Method::GET, "/api/v1/orders/{id}", "", Some("read")),
            (Method::POST, "/api/v1/webhooks/payments/{provider}", "", Some("webhook")),
            (Method::POST, "/api/v1/admin/products/import", "", Some("import")),
            (Method::POST, "/api/v1/admin/products", "", Some("read")),
        ] {
            assert_eq!(Class::of(&method, route, query).map(Class::name), class, "{method} {route}?{query}");
        }
        let asked = |class: Class, is_admin| class.asked_by(is_admin).name();
        assert_eq!(
            [asked(Class::Import, true), asked(Class::Order, true), asked(Class::Read, true)],
            ["import", "admin", "admin"]
        );
        assert_eq!([asked(Class::Import, false), asked(Class::Order, false)], ["read", "order"]);
    }
}
