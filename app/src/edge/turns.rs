//! Limits how many searches of one client run or wait at once, because all clients share the places.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use actix_web::http::StatusCode;
use kernel_db::guard;
use kernel_web::{ApiError, ClientAddress};

/// The turns of every client that has one now.
#[derive(Debug)]
pub(crate) struct Turns {
    /// 0 sets no limit.
    most: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One turn of one client, until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    turns: &'a Turns,
    client: IpAddr,
}

impl Turns {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, taken: Mutex::default() }
    }

    /// A turn for `client`; `None` where there is no limit.
    pub(crate) fn begin(&self, client: ClientAddress) -> Result<Option<Turn<'_>>, ApiError> {
        if self.most == 0 || guard::sabotaged("edge.turns") {
            return Ok(None);
        }
        let client = client.network();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(client).or_default();
        if *count >= self.most {
            return Err(self.refusal());
        }
        *count += 1;
        Ok(Some(Turn { turns: self, client }))
    }

    fn refusal(&self) -> ApiError {
        let most = self.most;
        let detail = format!("too many searches at once: {most} is the limit for your address; wait for their answers");
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "too-many-at-once", detail).with("limit_at_once", most)
    }

    #[cfg(test)]
    fn clients(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut taken = self.turns.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel_web::ClientAddress;

    use super::Turns;

    #[test]
    fn each_client_has_its_own_turns() {
        let turns = Turns::new(2);
        let begin = |client: &str| turns.begin(ClientAddress(client.parse().unwrap()));
        let held = [begin("192.0.2.1").unwrap(), begin("192.0.2.1").unwrap()];
        assert_eq!(begin("192.0.2.1").unwrap_err().code(), "too-many-at-once");
        assert!(begin("192.0.2.2").unwrap().is_some(), "another client has turns of its own");
        drop(held);
        assert!(begin("192.0.2.1").is_ok());
        assert_eq!(turns.clients(), 0, "a client without a turn is forgotten");
        assert!(Turns::new(0).begin(ClientAddress("192.0.2.1".parse().unwrap())).unwrap().is_none());
    }
}
