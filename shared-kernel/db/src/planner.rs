//! How Postgres plans the statements of a connection.
//!
//! A planner switch counts when a plan is made, and the plans of a connection are kept. So the switches belong to
//! connections, and a connection runs one kind of statement: [`LOOKUPS`] or [`survey`].

use std::time::Duration;

use crate::guard;

/// For the store's own statements, each of which finds few rows by an index.
///
/// The plan is made once, for any values: making it costs more than running it. Without the switches a plan that is made
/// while a table is small reads the whole of it, and is kept until the table's statistics are renewed: at 500 orders a
/// second a table has 30,000 rows by then.
const LOOKUPS: [(&str, &str); 6] = [
    ("plan_cache_mode", "force_generic_plan"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    // A bitmap of what a common word is in has to name its rows: in the default 4 MB it names pages, and every row of them
    // is looked at.
    ("work_mem", "32MB"),
    ("statement_timeout", "30s"),
];

/// What every connection of the store has.
const ALWAYS: [(&str, &str); 3] = [
    ("jit", "off"),
    ("lock_timeout", "5s"),
    // What a process that stands still or is cut off has locked, the others get within ten seconds.
    ("idle_in_transaction_session_timeout", "8s"),
];

/// The settings of a connection for lookups.
pub(crate) fn lookups() -> Vec<(&'static str, String)> {
    let switch = |name: &str| name.starts_with("enable_");
    let left_out = guard::sabotaged("db.planner_switches");
    let settings = LOOKUPS.into_iter().chain(ALWAYS).filter(|(name, _)| !(left_out && switch(name)));
    settings.map(|(name, value)| (name, value.to_owned())).collect()
}

/// The settings of a connection that reads whole tables, and writes nothing: the planner joins and adds up as it finds
/// best, for the values at hand, with memory for the sums of a million rows, and a statement may take `limit`.
pub(crate) fn survey(limit: Duration) -> Vec<(&'static str, String)> {
    let own = [
        ("plan_cache_mode", "force_custom_plan".to_owned()),
        ("work_mem", "128MB".to_owned()),
        ("default_transaction_read_only", "on".to_owned()),
        ("statement_timeout", format!("{}ms", limit.as_millis())),
    ];
    own.into_iter().chain(ALWAYS.map(|(name, value)| (name, value.to_owned()))).collect()
}
