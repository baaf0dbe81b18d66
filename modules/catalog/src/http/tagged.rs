//! A private answer with the name of its state, for the next `If-Match`.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::header::{ContentType, ETAG},
};

use crate::cache::Document;

/// 200 with a body and its `ETag`; nobody may keep it.
#[derive(Debug)]
pub(crate) struct Tagged(pub(crate) Document);

impl Responder for Tagged {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Document { body, etag } = self.0;
        HttpResponse::Ok().content_type(ContentType::json()).insert_header((ETAG, etag)).body(body)
    }
}
