//! Compares the connections that this process may open with those that its Postgres takes. A server that has none left
//! refuses the next client under load, which need not be the process that opened too many.

use std::collections::BTreeMap;

use anyhow::bail;
use kernel_db::{
    capacity::{Capacity, LISTENERS},
    guard,
};

use super::Databases;

/// What this process asks of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Demand {
    modules: u32,
    capacity: Capacity,
}

/// Fails when this process alone may open more connections than its server takes. Warns when they exceed that limit
/// together with the connections that other clients hold now.
pub(crate) async fn check(databases: &Databases, connections: u32) -> anyhow::Result<()> {
    let mut servers: BTreeMap<String, Demand> = BTreeMap::new();
    for db in databases.all() {
        if let Some(capacity) = db.capacity().await? {
            let server = capacity.server.clone();
            servers.entry(server).or_insert(Demand { modules: 0, capacity }).modules += 1;
        }
    }
    for demand in servers.into_values() {
        match judge(&demand, connections) {
            Judgement::Fits => {}
            Judgement::Tight(words) => tracing::warn!("{words}"),
            Judgement::TooMany(words) if guard::sabotaged("capacity") => tracing::warn!("{words}"),
            Judgement::TooMany(words) => bail!(words),
        }
    }
    Ok(())
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Judgement {
    Fits,
    Tight(String),
    TooMany(String),
}

fn judge(demand: &Demand, connections: u32) -> Judgement {
    let Demand { modules, capacity: Capacity { available, in_use, .. } } = demand;
    // Those that the modules' pools have opened already are among those in use.
    let others = in_use.saturating_sub(i64::from(*modules)).max(0);
    let wanted = i64::from(*modules) * (i64::from(connections) + i64::from(LISTENERS));
    let figures = format!(
        "this process may open {wanted} connections to Postgres ({modules} modules with data.connections = {connections} \
         and {LISTENERS} each for notifications), which takes {available} (max_connections without those that are reserved)"
    );
    if wanted > *available {
        let fits = (available / i64::from((*modules).max(1))) - i64::from(LISTENERS);
        return Judgement::TooMany(format!(
            "{figures}: set data.connections to {} or less (BANYAN__DATA__CONNECTIONS), fewer where several copies run, \
             or raise max_connections",
            fits.max(1)
        ));
    }
    if wanted + others > *available {
        return Judgement::Tight(format!(
            "{figures}, and others hold {others} now: under load some will be refused; lower data.connections or raise \
             max_connections"
        ));
    }
    Judgement::Fits
}

#[cfg(test)]
mod tests {
    use super::{Capacity, Demand, Judgement, judge};

    fn judged(modules: u32, connections: u32, in_use: i64) -> Judgement {
        judge(&Demand { modules, capacity: Capacity { server: String::new(), available: 97, in_use } }, connections)
    }

    #[test]
    fn too_many_is_refused_and_tight_is_told() {
        assert_eq!(judged(4, 10, 4), Judgement::Fits);
        assert_eq!(judged(1, 96, 1), Judgement::Fits);
        let Judgement::TooMany(words) = judged(4, 24, 4) else { panic!("4 x 25 are more than 97") };
        for word in ["100 connections", "97", "data.connections to 23 or less", "max_connections"] {
            assert!(words.contains(word), "no {word} in {words}");
        }
        assert_eq!(judged(4, 23, 4), Judgement::Fits);
        let Judgement::Tight(words) = judged(4, 10, 60) else { panic!("44 and 56 are more than 97") };
        assert!(words.contains("others hold 56"), "{words}");
    }
}
