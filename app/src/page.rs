//! `GET /`: what is running, with links.

use std::fmt::Write as _;

use actix_web::{HttpResponse, get, http::header::ContentType, web::Data};

use crate::{
    fence::{PLAIN, fence},
    placement::remote::ports_of,
    store::state::Running,
};

const PAGE: &str = include_str!("page.html");

/// A page for people.
///
/// What is running, and where to go next. Needs nothing from outside.
#[utoipa::path(tag = "system", responses((status = 200, description = "The page", content_type = "text/html", body = String)))]
#[get("/")]
pub(crate) async fn page(running: Data<Running>) -> HttpResponse {
    fence(&mut HttpResponse::Ok(), PLAIN)
        .content_type(ContentType::html())
        .body(PAGE.replace("{version}", env!("CARGO_PKG_VERSION")).replace("{modules}", &rows(&running)))
}

/// Every word in them is one of ours, so there is nothing to escape.
fn rows(running: &Running) -> String {
    let mut rows = String::new();
    for slot in running.slots.iter() {
        let (name, placement) = (slot.name, slot.placement());
        let database = slot.db().map_or("elsewhere", |db| db.dialect().name());
        let ports: Vec<&str> = ports_of(name).iter().map(|port| port.name).collect();
        let ports = if ports.is_empty() { "none".to_owned() } else { ports.join(", ") };
        let _ = writeln!(rows, "<tr><td>{name}</td><td>{placement}</td><td>{database}</td><td>{ports}</td></tr>");
    }
    rows
}
