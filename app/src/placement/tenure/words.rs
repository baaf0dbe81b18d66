//! The refusals: what was found, what would be lost, and the commands that help.

use std::path::Path;

use kernel_module::Holdings;
use uuid::Uuid;

use crate::config::Settings;

const FLAG: &str = "To go on without that data all the same, and for good: banyan serve --leave-data-behind";

/// A module is placed elsewhere, and its file is here.
pub(super) fn file_left(module: &str, (file, holdings): (&Path, &Holdings), settings: &Settings) -> String {
    let (folder, file) = (settings.data.folder.display(), file.display());
    if settings.only.is_some() {
        return format!(
            "this process hosts {hosted} alone, and {file} has data of {module} that was never handed over: {holdings}. \
             Nothing was started. A module's data belongs to the process that hosts the module: move {file} (with \
             {file}-wal and {file}-shm, if they are there) into that process's data folder while both are stopped; or, if \
             it has the data and this is a copy, take the copy away.\n{FLAG}",
            hosted = hosted(settings),
        );
    }
    let place = settings.modules.of(module).map_or("", |common| common.remote.ports.as_str());
    format!(
        "{module} is placed elsewhere ({place}), and {file} has what was never handed over: {holdings}. The process there \
         would start without it, so that what is sold could be sold again. Nothing was started.\n\
         To move {module} with its data:\n\
         \x20 1. stop both processes, and wait until both have ended\n\
         \x20 2. mv {file} OTHER/ (with {file}-wal and {file}-shm, if they are there; OTHER is the data folder of the other process)\n\
         \x20 3. give both the same keys: cp {folder}/admin.key {folder}/server.key OTHER/, and one BANYAN__SERVICE__KEY\n\
         \x20 4. start both: `banyan serve --only {module}` there, `banyan serve` here\n\
         `scripts/exports {module}` prints the settings of both; docs/extracting-a-module.md is the whole walk, and the way back.\n\
         {FLAG}"
    )
}

/// A module was given a Postgres of its own, and the other modules stay on files.
pub(super) fn file_passed_by(module: &str, file: &Path, holdings: &Holdings) -> String {
    format!(
        "modules.{module}.url puts {module} into a Postgres, and {} has what is not there: {holdings}. Nothing moves data \
         from a file into a Postgres today, and nothing was started. Take modules.{module}.url away again.\n{FLAG}",
        file.display()
    )
}

/// A schema of this process's Postgres has rows, and the far side stands on something else.
pub(super) fn schema_left(module: &str, holdings: &Holdings, theirs: &str) -> String {
    let theirs = if theirs.is_empty() { "data of its own" } else { theirs };
    format!(
        "{module} is placed elsewhere, and its schema in this process's Postgres has what was never handed over: \
         {holdings}. The far side stands on {theirs}, so it works without that. Give both processes the same data.url \
         and data.schema_prefix, or place {module} here (modules.{module}.placement = \"local\").\n{FLAG}"
    )
}

/// The data was given up, and the settings place the module here again.
pub(super) fn given_up(module: &str, tenure: &kernel_db::tenure::Tenure) -> String {
    let (role, at, by) = (tenure.role.as_str(), tenure.changed_at.format("%Y-%m-%d %H:%M UTC"), &tenure.changed_by);
    let peer = tenure.peer.as_deref().unwrap_or("another process");
    format!(
        "{module} is placed here, and the data here stopped counting on {at}: its role is `{role}`, by {by}, and {peer} \
         has gone on without it. Nothing was started. To bring {module} back, stop the process there and move its data \
         here (docs/extracting-a-module.md).\nTo go on with what is here, without what happened there since: banyan \
         serve --leave-data-behind"
    )
}

/// Databases of two stores are together in one process.
pub(super) fn two_stores((one, ours): (&str, Uuid), (other, theirs): (&str, Uuid)) -> String {
    format!(
        "the data of {one} belongs to the store {ours}, and the data of {other} to the store {theirs}: one of the two was \
         put here by mistake. Nothing was started. Put each module's data back to its own store, or set data.folder \
         (data.url, data.schema_prefix) to where this store's is"
    )
}

/// A module of this process is on another database than before.
pub(super) fn another_database_here(module: &str, known: Uuid, found: Uuid, place: &str) -> String {
    format!(
        "{place} is not the database on which this store had {module}: it was {known}, and this one is {found}. What {module} \
         had is not in it, and nothing was started. Bring that database back (from where it was moved, or from a backup); \
         see docs/extracting-a-module.md.\n{FLAG}"
    )
}

/// The same at a far side.
pub(super) fn another_database_there(module: &str, known: Uuid, found: &str) -> String {
    format!(
        "it stands on another database ({found}) than the one on which this store had {module} until now ({known}), so what \
         {module} had is not there; is {module}.db in the data folder of that process? Stop it, move the file there, and \
         start it again (docs/extracting-a-module.md); or start this process once with `serve --leave-data-behind` to go on \
         without"
    )
}

pub(super) fn another_store(module: &str, ours: Uuid, theirs: &str) -> String {
    format!(
        "its data of {module} belongs to another store ({theirs}) than this process's ({ours}), so it is not called; \
         compare the addresses of the modules, and the data folder of that process"
    )
}

pub(super) fn two_leaders(module: &str, (ours, theirs): (&str, &str), is_part: bool) -> String {
    let what_to_do = if is_part {
        "stop one of them: if this is the right one, place the module elsewhere in the settings of the other process \
         and take its copy away; if not, end this process"
    } else {
        "stop that process, unless the module was to move there: then stop both, and keep one of the two databases"
    };
    format!(
        "it leads {module} too, on another database ({theirs}) than this process ({ours}), so that the same stock and the \
         same orders would be counted twice; {what_to_do}"
    )
}

fn hosted(settings: &Settings) -> String {
    let names = settings.only.iter().flatten().copied();
    names.collect::<Vec<_>>().join(" and ")
}
