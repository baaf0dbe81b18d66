//! Tells a story on every database, wherever the modules are.

use std::{path::Path, time::Duration};

use super::{
    Kind, Placement, Shop, Site, aloud, times,
    times::{Stopwatch, append},
    together, variable,
};

/// No story takes longer.
const STORY_LIMIT: Duration = Duration::from_mins(4);

/// A file to which `one_remote` writes where it would tell its story, and then does not tell it.
pub(crate) const CHOICES: &str = "BANYAN_WRITE_CHOICES_TO";

/// Makes tests of each story: `name::sqlite` and `name::postgres` in one process, `name::all_remote::sqlite` and `…::postgres`
/// with every module in a process of its own, and `name::one_remote` with one of the modules that the story touches in
/// such a process, on one database; the story's name decides which. `BANYAN_PLACEMENTS` asks for others.
///
/// A story is an `async fn(&Shop)`. `touching ["catalog"]` names the modules that it touches; without it these are all.
/// `in` names another way to open its shop than `Shop::open`, and `in_process` one that needs the store in the test's own
/// process.
macro_rules! stories {
    (in_process $open:path: $($story:ident),+ $(,)?) => {$(
        mod $story {
            use super::$story as story;

            $crate::harness::told!(Local, $open, story);
        }
    )+};
    (in $open:path, touching $touched:tt: $($story:ident),+ $(,)?) => { stories!(@ $open, $touched, $($story),+); };
    (touching $touched:tt: $($story:ident),+ $(,)?) => { stories!(@ $crate::harness::Shop::open, $touched, $($story),+); };
    (in $open:path: $($story:ident),+ $(,)?) => { stories!(@ $open, $crate::harness::MODULES, $($story),+); };
    ($($story:ident),+ $(,)?) => { stories!(in $crate::harness::Shop::open: $($story),+); };
    (@ $open:path, $touched:expr, $($story:ident),+) => {$(
        mod $story {
            use super::$story as story;

            $crate::harness::told!(Local, $open, story);

            mod all_remote {
                use super::story;

                $crate::harness::told!(AllRemote, $open, story);
            }

            #[test]
            fn one_remote() {
                $crate::harness::tell_with_one_remote(module_path!(), &$touched, $open, story);
            }
        }
    )+};
}

/// The tests of one story in one placement.
macro_rules! told {
    ($placement:ident, $open:path, $story:ident) => {
        #[test]
        fn sqlite() {
            $crate::harness::tell($crate::harness::Kind::Sqlite, $crate::harness::Placement::$placement, $open, $story);
        }

        #[test]
        fn postgres() {
            $crate::harness::tell(
                $crate::harness::Kind::Postgres,
                $crate::harness::Placement::$placement,
                $open,
                $story,
            );
        }
    };
}

pub(crate) use {stories, told};

/// Tells `story` in a shop of its own, which must be at rest and sound afterwards.
#[expect(clippy::needless_pass_by_value, reason = "a story is told once")]
pub(crate) fn tell(kind: Kind, placement: Placement, open: impl AsyncFn(Site) -> Shop, story: impl AsyncFn(&Shop)) {
    let site = Site { kind, placement };
    if site.is_available() {
        tell_at(site, &open, &story);
    }
}

/// Tells the story of this name with one of the modules that it touches in a process of its own.
#[expect(clippy::needless_pass_by_value, reason = "a story is told once")]
pub(crate) fn tell_with_one_remote(
    name: &str,
    touched: &[&'static str],
    open: impl AsyncFn(Site) -> Shop,
    story: impl AsyncFn(&Shop),
) {
    let sites = Site::with_one_remote(name, touched);
    if let Some(file) = variable(CHOICES) {
        return write_choices(&file, name, &sites);
    }
    for site in sites {
        let telling = Telling { name, site };
        tell_at(site, &open, &story);
        drop(telling);
    }
}

fn tell_at(site: Site, open: &impl AsyncFn(Site) -> Shop, story: &impl AsyncFn(&Shop)) {
    // No test can take a guard away in another process.
    let _turn = (site.placement == Placement::Local).then(together);
    run(async {
        let shop = open(site).await;
        story(&shop).await;
        shop.close().await;
    });
}

fn write_choices(file: &str, name: &str, sites: &[Site]) {
    let line = |site: &Site| format!("{name} {} {:?}\n", site.placement.word(), site.kind);
    append(Path::new(file), &sites.iter().map(line).collect::<String>());
}

/// Says where a story was told, when it fails.
struct Telling<'a> {
    name: &'a str,
    site: Site,
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Site { kind, placement } = self.site;
            let module = placement.word();
            let (_, filter) = self.name.split_once("::").unwrap_or_default();
            aloud(&format!(
                "failed with {module} remote on {kind:?}: BANYAN_PLACEMENTS={module} cargo test -p suite {filter}"
            ));
        }
    }
}

/// Runs `work` to its end, within limits.
pub(crate) fn run<T>(work: impl Future<Output = T>) -> T {
    let _stopwatch = Stopwatch::starts();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let limited = async { tokio::time::timeout(STORY_LIMIT * times(), work).await };
    let done = runtime.block_on(limited).expect("the story comes to an end in time");
    runtime.shutdown_timeout(Duration::from_secs(5));
    done
}
