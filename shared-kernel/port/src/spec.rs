//! A port as a type, and what a host does with a port whose type it does not know.
//!
//! [`Port`] is written by `#[port]` for `dyn Stock`. A module names its ports by [`PortSpec`] before it is built and serves
//! them by [`ServedPort`] afterwards; the host joins the two in [`PortRoutes`], which is what callers are given.

use std::{
    any::{Any, TypeId},
    fmt,
    sync::{Arc, OnceLock},
};

use crate::{Conformance, Descriptor, Dispatch, Placement, Route, Switch, Transport};

/// A port as a type: implemented by `#[port]` for the trait's `dyn` type.
pub trait Port: Send + Sync + 'static {
    fn descriptor() -> &'static Descriptor;

    /// A client over `transport`.
    fn remote(transport: Arc<dyn Transport>) -> Arc<Self>;

    /// The port behind `switch`: each call follows the route that it finds there.
    fn switched(switch: Arc<Switch<Self>>) -> Arc<Self>;

    /// The dispatch table of `local`.
    fn serve(local: Arc<Self>) -> Dispatch;
}

/// A port that a module offers, known before the module is built and when it is in another process.
#[derive(Clone, Copy)]
pub struct PortSpec {
    pub descriptor: &'static Descriptor,
    /// The cases that any server of the port is tried with.
    pub conformance: Option<Conformance>,
    routes: fn(Arc<dyn Transport>) -> PortRoutes,
}

impl PortSpec {
    pub fn of<P: Port + ?Sized>() -> Self {
        Self { descriptor: P::descriptor(), conformance: None, routes: PortRoutes::to::<P> }
    }

    #[must_use]
    pub const fn tried_by(mut self, conformance: Conformance) -> Self {
        self.conformance = Some(conformance);
        self
    }

    /// The routes to the port. Calls go over `transport` until the port is served here and placed here.
    pub fn routes(&self, transport: Arc<dyn Transport>) -> PortRoutes {
        (self.routes)(transport)
    }
}

/// A port that a module of this process serves.
#[derive(Clone)]
pub struct ServedPort {
    port: TypeId,
    /// An `Arc<P>`.
    local: Arc<dyn Any + Send + Sync>,
    dispatch: Arc<Dispatch>,
}

impl ServedPort {
    pub fn of<P: Port + ?Sized>(local: Arc<P>) -> Self {
        let dispatch = Arc::new(P::serve(Arc::clone(&local)));
        Self { port: TypeId::of::<P>(), local: Arc::new(local), dispatch }
    }

    pub fn descriptor(&self) -> &'static Descriptor {
        self.dispatch.descriptor()
    }

    pub const fn dispatch(&self) -> &Arc<Dispatch> {
        &self.dispatch
    }

    fn local<P: ?Sized + 'static>(&self) -> Option<Arc<P>> {
        self.local.downcast_ref::<Arc<P>>().cloned()
    }
}

/// The two ways to a port, and the port as its callers hold it.
pub struct PortRoutes {
    descriptor: &'static Descriptor,
    port: TypeId,
    /// An `Arc<P>` that follows the current route.
    caller: Box<dyn Any + Send + Sync>,
    local: Arc<OnceLock<ServedPort>>,
    place: Box<dyn Fn(Placement) + Send + Sync>,
}

impl PortRoutes {
    fn to<P: Port + ?Sized>(transport: Arc<dyn Transport>) -> Self {
        let remote = P::remote(transport);
        let switch = Arc::new(Switch::new(Route::Remote(Arc::clone(&remote))));
        let caller: Arc<P> = P::switched(Arc::clone(&switch));
        let local = Arc::new(OnceLock::<ServedPort>::new());
        let served = Arc::clone(&local);
        let place = move |placement| {
            let here = served.get().filter(|_| placement == Placement::Local).and_then(ServedPort::local::<P>);
            switch.place(here.map_or_else(|| Route::Remote(Arc::clone(&remote)), Route::Local));
        };
        let (descriptor, port) = (P::descriptor(), TypeId::of::<P>());
        Self { descriptor, port, caller: Box::new(caller), local, place: Box::new(place) }
    }

    pub const fn descriptor(&self) -> &'static Descriptor {
        self.descriptor
    }

    /// The port as its callers hold it; `None` when `P` is another port.
    pub fn caller<P: Port + ?Sized>(&self) -> Option<Arc<P>> {
        self.caller.downcast_ref::<Arc<P>>().cloned()
    }

    /// Takes `served` as the local way, when it is this port; answers whether it is. The first one stays.
    pub fn serve(&self, served: &ServedPort) -> bool {
        served.port == self.port && self.local.set(served.clone()).is_ok()
    }

    /// Sends every later call there; a call under way ends where it began. While nothing serves the port in this process,
    /// calls go over the transport whatever the placement.
    pub fn place(&self, placement: Placement) {
        (self.place)(placement);
    }
}

impl fmt::Debug for PortSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PortSpec({})", self.descriptor.name)
    }
}

impl fmt::Debug for ServedPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServedPort({})", self.descriptor().name)
    }
}

impl fmt::Debug for PortRoutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PortRoutes({})", self.descriptor.name)
    }
}
