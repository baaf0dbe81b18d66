use actix_web::{HttpMessage, HttpRequest, http::header};
use port::PortResponse;

use super::{Entry, PortServer, Refused, ServedModule};
use crate::{ServiceCaller, TokenVerifier, token::TokenError};

/// Left with a request whose token was refused, for whatever stands around it and writes that down.
#[derive(Debug, Clone)]
pub struct RefusedToken(pub TokenError);

/// Who calls `audience`, a module; or the 401 that says what is wrong with the token. For whatever else is mounted
/// beside the ports.
pub fn authenticate(request: &HttpRequest, verifier: &TokenVerifier, audience: &str) -> Result<ServiceCaller, Refused> {
    verified(request, verifier, audience).map_err(|error| Refused(unauthenticated(request, &error)))
}

impl PortServer {
    /// The port that is asked for, once the caller has shown that it may. Strangers do not learn which there are.
    pub(super) fn admit(&self, request: &HttpRequest) -> Result<(&Entry, ServiceCaller), PortResponse> {
        let name = request.match_info().get("port").unwrap_or_default();
        let check = |module: &str| verified(request, &self.0.verifier, module);
        if let Some(entry) = self.0.ports.get(name) {
            let caller = check(&entry.meta.module).map_err(|error| unauthenticated(request, &error))?;
            return Ok((entry, caller));
        }
        let modules = self.0.ports.values().map(|entry| entry.meta.module.as_str());
        let known = modules.map(check).reduce(Result::or).unwrap_or(Err(TokenError::BadSignature));
        Err(known.map_or_else(
            |error| unauthenticated(request, &error),
            |_| PortResponse::problem("unknown-port", 404, &format!("no port `{name}` is served here")),
        ))
    }

    /// The module that is asked for itself.
    pub(super) fn admit_to_module(&self, request: &HttpRequest) -> Result<&ServedModule, PortResponse> {
        let name = request.match_info().get("module").unwrap_or_default();
        verified(request, &self.0.verifier, name).map_err(|error| unauthenticated(request, &error))?;
        let unknown = || PortResponse::problem("unknown-module", 404, &format!("no module `{name}` is served here"));
        self.0.modules.get(name).ok_or_else(unknown)
    }
}

fn verified(request: &HttpRequest, verifier: &TokenVerifier, audience: &str) -> Result<ServiceCaller, TokenError> {
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    verifier.verify(authorization, audience)
}

fn unauthenticated(request: &HttpRequest, error: &TokenError) -> PortResponse {
    request.extensions_mut().insert(RefusedToken(error.clone()));
    PortResponse::problem("unauthenticated", 401, &error.to_string())
}
