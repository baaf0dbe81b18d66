//! What processes of one store must know to find each other, and to believe each other.

use super::{Place, Program, process::free_address};

/// What they sign their calls with.
pub(crate) const SERVICE_KEY: &str = "the-service-key-of-the-suite-of-32-letters-or-more";

/// Where one process listens, as `host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doors {
    /// For the other processes.
    pub(crate) ports: String,
    /// For everybody.
    pub(crate) public: String,
}

impl Doors {
    pub(crate) fn free() -> Self {
        Self { ports: free_address(), public: free_address() }
    }
}

impl Program {
    /// A process with doors.
    pub(crate) fn behind(place: &Place, doors: &Doors) -> Self {
        let mut program = Self::at(place);
        program.set("BANYAN__HTTP__LISTEN", doors.public.as_str());
        program.set("BANYAN__PORTS__LISTEN", doors.ports.as_str());
        program.set("BANYAN__SERVICE__KEY", SERVICE_KEY);
        program
    }

    /// A store at `doors` whose inventory is at `far`. It gives a placing up after so many seconds.
    pub(crate) fn without_inventory(place: &Place, doors: &Doors, far: &Doors, patience_seconds: u32) -> Self {
        let mut program = Self::behind(place, doors);
        program.set("BANYAN__MODULES__INVENTORY__PLACEMENT", "remote");
        program.set("BANYAN__MODULES__INVENTORY__REMOTE__PORTS", format!("http://{}", far.ports));
        program.set("BANYAN__MODULES__INVENTORY__REMOTE__PUBLIC", format!("http://{}", far.public));
        program.set("BANYAN__MODULES__ORDER__PLACEMENT_DEADLINE_SECONDS", patience_seconds.to_string());
        program
    }

    /// The other half of it: inventory alone at `doors`, of the store at `store`. `serve --only inventory` starts it.
    pub(crate) fn inventory_alone(place: &Place, doors: &Doors, store: &Doors) -> Self {
        let mut program = Self::behind(place, doors);
        let names = [
            ["BANYAN__MODULES__CATALOG__REMOTE__PORTS", "BANYAN__MODULES__CATALOG__REMOTE__PUBLIC"],
            ["BANYAN__MODULES__ORDER__REMOTE__PORTS", "BANYAN__MODULES__ORDER__REMOTE__PUBLIC"],
            ["BANYAN__MODULES__PAYMENT__REMOTE__PORTS", "BANYAN__MODULES__PAYMENT__REMOTE__PUBLIC"],
        ];
        for [ports, public] in names {
            program.set(ports, format!("http://{}", store.ports));
            program.set(public, format!("http://{}", store.public));
        }
        program
    }
}

/// How that half is started.
pub(crate) const ONLY_INVENTORY: [&str; 3] = ["serve", "--only", "inventory"];
