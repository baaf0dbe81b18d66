//! Switches with which a test takes a guard away, to show that the test would notice.

/// Whether a test has sabotaged the guard called `name`. Always `false` without the feature `failpoints`.
pub fn sabotaged(name: &str) -> bool {
    fail::fail_point!(name, |_| true);
    // Without the feature the macro is empty and the name is not read.
    let _ = name;
    false
}

/// A place where a test may stop, delay or kill the program. Nothing without the feature `failpoints`.
pub fn pass(name: &str) {
    fail::fail_point!(name);
    let _ = name;
}
