//! Finds the route of a path, so that figures are kept by route and not by path.
//!
//! The router could do this too, but by matching all its patterns once more; this is one look-up for each segment.

use std::collections::HashMap;

/// What belongs to no route.
const UNKNOWN: u16 = 0;

/// Every route of the store by its segments.
#[derive(Debug)]
pub(crate) struct RouteTable {
    names: Vec<String>,
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    route: Option<u16>,
    fixed: HashMap<String, Node>,
    /// Where a parameter such as `{id}` stands.
    any: Option<Box<Node>>,
}

impl RouteTable {
    /// Patterns as an `OpenAPI` document writes them.
    pub(crate) fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let mut table = Self { names: vec!["unknown".to_owned()], root: Node::default() };
        for pattern in patterns {
            let Ok(number) = u16::try_from(table.names.len()) else { break };
            table.names.push(pattern.to_owned());
            let end = pattern.split('/').fold(&mut table.root, |node, segment| {
                if segment.starts_with('{') {
                    &mut **node.any.get_or_insert_default()
                } else {
                    node.fixed.entry(segment.to_owned()).or_default()
                }
            });
            end.route = Some(number);
        }
        table
    }

    pub(crate) fn find(&self, path: &str) -> u16 {
        let mut node = &self.root;
        for segment in path.split('/') {
            match node.fixed.get(segment).or(node.any.as_deref()) {
                Some(next) => node = next,
                None => return UNKNOWN,
            }
        }
        node.route.unwrap_or(UNKNOWN)
    }

    pub(crate) fn name(&self, route: u16) -> &str {
        self.names.get(usize::from(route)).map_or("unknown", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::RouteTable;

    #[test]
    fn a_path_finds_its_route() {
        let table =
            RouteTable::new(["/", "/products", "/products/{handle}", "/admin/products/import", "/admin/products/{id}"]);
        for (path, route) in [
            ("/", "/"),
            ("/products", "/products"),
            ("/products/85123A", "/products/{handle}"),
            ("/admin/products/import", "/admin/products/import"),
            ("/admin/products/7", "/admin/products/{id}"),
            ("/admin", "unknown"),
            ("/products/1/2", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(table.name(table.find(path)), route, "{path}");
        }
    }
}
