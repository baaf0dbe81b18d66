//! A transport within the process: it encodes, calls the dispatch table, and decodes.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;

use crate::{Dispatch, Executed, PortRequest, PortResponse, Transport, TransportError, context};

/// Joins a client and a server inside one process, with everything between them but the socket.
///
/// As over a socket, the caller's patience ends the wait and not the work: the call goes on in a task of its
/// own, so a transaction is never cut off in the middle.
pub struct Loopback(Arc<Dispatch>);

impl Loopback {
    pub const fn new(dispatch: Arc<Dispatch>) -> Self {
        Self(dispatch)
    }
}

#[async_trait]
impl Transport for Loopback {
    async fn call(&self, request: PortRequest) -> Result<PortResponse, TransportError> {
        let limit = request.time_left();
        let work = answer(Arc::clone(&self.0), request)?;
        #[expect(clippy::disallowed_methods, reason = "the far side outlives the caller's patience, as a server does")]
        let work = tokio::spawn(work);
        match tokio::time::timeout(limit, work).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(_panicked)) => Err(TransportError::Unavailable { executed: Executed::Maybe }),
            Err(_elapsed) => Err(TransportError::Deadline { executed: Executed::Maybe }),
        }
    }
}

fn answer(
    dispatch: Arc<Dispatch>,
    request: PortRequest,
) -> Result<impl Future<Output = PortResponse> + Send, TransportError> {
    let served = dispatch.descriptor();
    if (served.name, served.version) != (request.port, request.version) {
        return Err(TransportError::Incompatible);
    }
    let headers = context::to_headers(&request.context).map_err(|_| TransportError::Incompatible)?;
    let headers: HashMap<&str, String> = headers.into_iter().collect();
    let cx = context::from_headers(|name| headers.get(name).map(String::as_str));
    let cx = cx.map_err(|_| TransportError::Incompatible)?;
    Ok(async move { dispatch.dispatch(request.method, cx, &request.body).await })
}
