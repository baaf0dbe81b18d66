//! Chooses for each call between a local and a remote module.

use std::{fmt, sync::Arc};

use arc_swap::ArcSwap;
use kernel::CallContext;

use crate::{Executed, PortError, PortResult};

/// The way to a module.
pub enum Route<P: ?Sized> {
    /// In this process.
    Local(Arc<P>),
    /// Over a transport.
    Remote(Arc<P>),
}

/// Where a module lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    Local,
    Remote,
}

/// A route that can be changed while calls are under way: each call follows the route that it found, to its end.
pub struct Switch<P: ?Sized> {
    route: ArcSwap<Route<P>>,
}

impl<P: ?Sized> Switch<P> {
    pub fn new(route: Route<P>) -> Self {
        Self { route: ArcSwap::from_pointee(route) }
    }

    pub fn place(&self, route: Route<P>) {
        self.route.store(Arc::new(route));
    }

    pub fn placement(&self) -> Placement {
        self.route.load().placement()
    }

    /// The implementation to call now. A call whose deadline has passed is not made.
    pub fn target<E>(&self, cx: &CallContext) -> PortResult<Arc<P>, E> {
        if cx.is_spent() {
            return Err(PortError::Deadline { executed: Executed::No });
        }
        Ok(Arc::clone(self.route.load().target()))
    }
}

impl<P: ?Sized> Route<P> {
    pub const fn placement(&self) -> Placement {
        match self {
            Self::Local(_) => Placement::Local,
            Self::Remote(_) => Placement::Remote,
        }
    }

    const fn target(&self) -> &Arc<P> {
        match self {
            Self::Local(target) | Self::Remote(target) => target,
        }
    }
}

/// As the configuration writes it.
impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "local",
            Self::Remote => "remote",
        })
    }
}
