//! Modules elsewhere, in real processes: who may be a far side, what is said of one that is none, and what customers
//! see when it is away.

mod away;
mod conform;
mod faulty_servers;
mod foreign;
mod guide;
mod settings;

use crate::harness::Program;

/// `banyan check` finds nothing to complain about; on a store that is running, once that has come to rest.
async fn is_sound(program: &Program, arguments: &[&str]) {
    let said = program.says(arguments).await;
    let failed: Vec<&str> =
        said.out.lines().filter(|line| line.ends_with("FAILED") || line.contains("held back")).collect();
    assert_eq!((said.code, failed), (Some(0), vec![]), "{}", said.err);
}
