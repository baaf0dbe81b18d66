//! How many connections each client address has.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// Whether an address may have as many connections as it likes.
type Exempt = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// The connections of each address, up to a limit. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Addresses(Arc<Inner>);

struct Inner {
    most: usize,
    exempt: Exempt,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection, counted for as long as it lives.
#[derive(Debug)]
pub(crate) struct Counted {
    addresses: Addresses,
    /// `None` for an address that is not counted.
    client: Option<IpAddr>,
}

/// The address has as many as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Addresses {
    /// At most `most` for each address that `exempt` does not name; 0 sets no limit.
    pub(crate) fn new(most: usize, exempt: Exempt) -> Self {
        Self(Arc::new(Inner { most, exempt, open: Mutex::default() }))
    }

    /// Counts one more connection of `peer`.
    pub(crate) fn count(&self, peer: IpAddr) -> Result<Counted, Full> {
        let Inner { most, exempt, open } = self.0.as_ref();
        if *most == 0 || exempt(peer) {
            return Ok(Counted { addresses: self.clone(), client: None });
        }
        let client = network(peer);
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(client).or_default();
        if *count >= *most {
            return Err(Full);
        }
        *count += 1;
        Ok(Counted { addresses: self.clone(), client: Some(client) })
    }

    /// How many addresses are counted.
    #[cfg(test)]
    pub(crate) fn known(&self) -> usize {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Default for Addresses {
    /// Without a limit.
    fn default() -> Self {
        Self::new(0, Arc::new(|_| true))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some(client) = self.client else { return };
        let mut open = self.addresses.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&client) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&client);
            }
        }
    }
}

impl fmt::Debug for Addresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Addresses").field("most", &self.0.most).finish_non_exhaustive()
    }
}

/// An IPv6 client has at least the 2^64 addresses of its network.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use std::{net::IpAddr, sync::Arc};

    use super::Addresses;

    #[test]
    fn each_address_has_so_many() {
        let exempt: IpAddr = "192.0.2.9".parse().unwrap();
        let addresses = Addresses::new(2, Arc::new(move |peer| peer == exempt));
        let count = |peer: &str| addresses.count(peer.parse().unwrap());
        let first = count("192.0.2.1").unwrap();
        let _second = count("::ffff:192.0.2.1").unwrap();
        assert!(count("192.0.2.1").is_err());
        let _other = count("192.0.2.2").unwrap();
        drop(first);
        let _again = count("192.0.2.1").unwrap();
        assert!(count("192.0.2.1").is_err());
        let _exempt: Vec<_> = (0..9).map(|_| count("192.0.2.9").unwrap()).collect();
        let _one = (count("2001:db8::1").unwrap(), count("2001:db8::ffff:2").unwrap());
        assert!(count("2001:db8::3").is_err(), "one network is one client");
        assert!(count("2001:db8:0:1::3").is_ok());
    }

    #[test]
    fn an_address_without_connections_is_forgotten() {
        let addresses = Addresses::new(2, Arc::new(|_| false));
        for number in 0..1_000_u32 {
            drop(addresses.count(IpAddr::V4(number.into())));
        }
        assert_eq!(addresses.known(), 0);
    }
}
