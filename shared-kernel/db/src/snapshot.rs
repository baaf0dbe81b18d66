//! The text and the plan of a module's named statements, kept in files, for tests.
//!
//! `src/persistence/snapshots/<database>.sql` has every [`Sql`] of a module as its database gets it, and how it is
//! planned there on empty tables. A change of either shows in the review of a change; the variable
//! `BANYAN_WRITE_SNAPSHOTS=1` makes the test write the files anew.
//!
//! ```ignore
//! kernel_db::snapshot::hold(&db, env!("CARGO_MANIFEST_DIR"), &persistence::statements()).await.unwrap();
//! ```

use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait as _;

use crate::{Db, DbError, Dialect, Sql, plan};

/// Words before which a statement's text is broken, outside parentheses, so that a change is seen in its line.
const BREAKS: [&str; 11] = [
    "FROM ",
    "WHERE ",
    "SET ",
    "SELECT ",
    "GROUP BY ",
    "ORDER BY ",
    "ON CONFLICT ",
    "UNION ALL ",
    "VALUES ",
    "RETURNING ",
    "UPDATE ",
];

/// The length from which on a list continues in the next line.
const WIDTH: usize = 90;

/// Steps by which every statement reads the rows that it is given, and those that say nothing of a table.
const LEFT_OUT: [&str; 8] =
    ["json_each", "jsonb_array_elements", "on given", "Limit", "Result", "SUBQUERY", "BLOOM FILTER", "MATERIALIZE"];

/// Compares `statements` with the files of the crate in `manifest`, or writes these when the environment says so. The
/// database has the module's tables.
///
/// # Errors
///
/// Says which statement differs, has no name of its own, or is named in a source file and not in `statements`.
pub async fn hold(db: &Db, manifest: &str, statements: &[&Sql]) -> Result<(), String> {
    let sources = Path::new(manifest).join("src");
    every_one_is_listed(&sources, statements)?;
    let text = text(db, statements).await?;
    compare(&sources.join(format!("persistence/snapshots/{}.sql", db.dialect().name())), &text)
}

/// What the file of `statements` has to say.
///
/// # Errors
///
/// Says which statement the database cannot plan.
pub async fn text(db: &Db, statements: &[&Sql]) -> Result<String, String> {
    let version = version(db).await.map_err(|error| error.to_string())?;
    let mut text = format!("-- Written by a test, see kernel_db::snapshot. Planned by {version}.\n");
    for sql in statements.iter().filter(|sql| sql.is_for(db.dialect())) {
        text.push_str(&section(db, sql).await.map_err(|error| format!("{}: {error:?}", sql.name()))?);
    }
    Ok(text)
}

async fn section(db: &Db, sql: &Sql) -> Result<String, DbError> {
    let plan = plan::of(db, sql).await?;
    let steps = plan.lines().filter(|line| db.dialect() == Dialect::Sqlite || is_step(line));
    let steps = steps.filter(|line| !LEFT_OUT.iter().any(|word| line.contains(word)));
    let steps: Vec<String> = steps.map(|line| format!("--   {}\n", line.trim_end())).collect();
    Ok(format!("\n-- {}\n{}\n{}", sql.name(), broken(sql.text(db.dialect()).trim_end()), steps.concat()))
}

/// The text in lines. A break stands for the space that was there.
fn broken(text: &str) -> String {
    let (mut lines, mut depth, mut width) = (String::with_capacity(text.len() + 64), 0_usize, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        let is_listed = lines.ends_with(',') && width > WIDTH;
        let is_one_word = lines.ends_with("DO") || lines.ends_with("DELETE");
        if letter == ' '
            && depth == 0
            && !is_one_word
            && (is_listed || BREAKS.iter().any(|word| rest.starts_with(word)))
        {
            lines.push('\n');
            width = 0;
        } else {
            lines.push(letter);
            width += 1;
        }
    }
    lines
}

/// What is done, and not with which condition.
fn is_step(line: &str) -> bool {
    !line.starts_with(' ') || line.trim_start().starts_with("->")
}

/// Another version of Postgres may plan otherwise, and then its plans are not compared.
async fn version(db: &Db) -> Result<String, DbError> {
    if db.dialect() == Dialect::Sqlite {
        return Ok("SQLite".to_owned());
    }
    let asked = db.dialect().statement("SELECT current_setting('server_version_num')", []);
    let row = db.reader().query_one_raw(asked).await?;
    let number: String = row.ok_or_else(|| DbError::corrupt("version", "there is none"))?.try_get_by_index(0)?;
    Ok(format!("Postgres {}", number.get(..2).unwrap_or_default()))
}

fn compare(file: &Path, text: &str) -> Result<(), String> {
    if is_to_be_written() {
        let folder = file.parent().unwrap_or(file);
        let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(file, text));
        return written.map_err(|error| format!("cannot write {}: {error}", file.display()));
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    let planner = |text: &str| text.lines().next().and_then(|line| line.split("Planned by ").nth(1)).map(str::to_owned);
    let same_planner = planner(&kept) == planner(text);
    let lines = |text: &str| -> Vec<String> {
        let of_plan = |line: &&str| line.starts_with("--   ");
        text.lines().skip(1).filter(|line| same_planner || !of_plan(line)).map(ToOwned::to_owned).collect()
    };
    let (kept, now) = (lines(&kept), lines(text));
    let Some(at) = (0..kept.len().max(now.len())).find(|&line| kept.get(line) != now.get(line)) else { return Ok(()) };
    let named = |line: &&String| line.starts_with("-- ") && !line.starts_with("--   ");
    let name =
        now.iter().take(at + 1).rfind(named).map_or("the first statement", |line| line.trim_start_matches("-- "));
    let line = |lines: &[String]| lines.get(at).cloned().unwrap_or_else(|| "(the end)".to_owned());
    Err(format!(
        "{name} is not as {} has it:\n  kept: {}\n  now:  {}\nif that is meant, run the test with \
         BANYAN_WRITE_SNAPSHOTS=1 and commit the file",
        file.display(),
        line(&kept),
        line(&now)
    ))
}

/// Only a test asks, which has no configuration.
fn is_to_be_written() -> bool {
    std::env::var_os("BANYAN_WRITE_SNAPSHOTS").is_some()
}

/// A statement that is named in the sources and not listed would have no snapshot.
fn every_one_is_listed(sources: &Path, statements: &[&Sql]) -> Result<(), String> {
    let mut listed: Vec<_> = statements.iter().map(|sql| sql.name().to_owned()).collect();
    listed.sort_unstable();
    if let Some([twice, _]) = listed.array_windows().find(|[one, next]| one == next) {
        return Err(format!("two statements are named {twice}"));
    }
    let mut named = Vec::new();
    for file in rust_files(sources) {
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let after_new = text.split("Sql::new(").skip(1);
        named.extend(
            after_new.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()).map(str::to_owned),
        );
    }
    match named.iter().find(|name| listed.binary_search(name).is_err()) {
        Some(name) => Err(format!("{name} has no snapshot: add it to the list of statements")),
        None => Ok(()),
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let sources = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    sources.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}
